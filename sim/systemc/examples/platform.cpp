// SPDX-License-Identifier: Apache-2.0
// Processors at all nodes but the last, which is a memory: they write to it across the fabric, and
// read back what they wrote. Built by `make systemc`, or where Ordito is installed by
//   g++ -std=c++17 platform.cpp $(pkg-config --cflags --libs ordito-systemc) -o platform
#include <ordito_systemc.h>
#include <tlm_utils/tlm_quantumkeeper.h>

#include <cstring>
#include <iostream>

using sc_core::sc_time;

static const char help[] =
    "usage: platform [--lt] [--gap-cycles=N] [--transactions=N] [--set=KEY=VALUE]...\n"
    "  --lt               loosely timed (b_transport); otherwise approximately timed\n"
    "  --gap-cycles=N     between transactions of a processor, on average (400)\n"
    "  --transactions=N   of a processor, each of 64 bytes (100)\n"
    "  --set=KEY=VALUE    of the fabric, as of `ordito run`: --set=fabric.topology.kind=torus\n";

enum { BYTES = 64, LATENCY_CYCLES = 10, QUANTUM_CYCLES = 1000 };
static bool loosely_timed = false;
static unsigned gap_cycles = 400, num_transactions = 100, num_done, num_wrong;
static sc_time waited; // altogether

struct memory : sc_core::sc_module {
    tlm_utils::simple_target_socket<memory> socket{"socket"};
    std::vector<unsigned char> bytes = std::vector<unsigned char>(1 << 20);
    sc_time latency;

    explicit memory(sc_core::sc_module_name name) : sc_module(name)
    {
        socket.register_b_transport(this, &memory::b_transport);
    }
    void b_transport(tlm::tlm_generic_payload &trans, sc_time &delay)
    {
        unsigned char *at = &bytes[trans.get_address()], *data = trans.get_data_ptr();
        bool write = trans.is_write();
        std::copy_n(write ? data : at, trans.get_data_length(), write ? at : data);
        trans.set_response_status(tlm::TLM_OK_RESPONSE);
        delay += latency;
    }
};

struct transaction : tlm::tlm_generic_payload {
    sc_time began;
    unsigned char data[BYTES], right;
};

struct processor : sc_core::sc_module, tlm::tlm_mm_interface {
    tlm_utils::simple_initiator_socket<processor> socket{"socket"};
    unsigned node = 0, random = 1;
    uint64_t address = 0;
    sc_time cycle;
    sc_core::sc_event accepted;

    explicit processor(sc_core::sc_module_name name) : sc_module(name)
    {
        socket.register_nb_transport_bw(this, &processor::nb_transport_bw);
        SC_HAS_PROCESS(processor);
        SC_THREAD(run);
    }
    void run()
    {
        tlm_utils::tlm_quantumkeeper keeper;
        keeper.reset();
        for (unsigned i = 0; i < num_transactions; i++) {
            random = random * 1664525 + 1013904223;
            keeper.inc(cycle * ((random >> 8) % (2 * gap_cycles + 1)));
            if (!loosely_timed || keeper.need_sync())
                keeper.sync();
            auto *trans = new transaction;
            trans->right = static_cast<unsigned char>(node + i / 2); // written, then read
            memset(trans->data, i % 2 ? ~trans->right : trans->right, BYTES);
            trans->set_mm(this);
            trans->acquire();
            trans->set_command(i % 2 ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND);
            trans->set_address(address + i / 2 % 16 * BYTES);
            trans->set_data_ptr(trans->data);
            trans->set_data_length(BYTES);
            trans->set_streaming_width(BYTES);
            tlm::tlm_phase phase = tlm::BEGIN_REQ;
            sc_time delay = keeper.get_local_time();
            trans->began = keeper.get_current_time();
            if (loosely_timed)
                socket->b_transport(*trans, delay);
            if (loosely_timed ||
                socket->nb_transport_fw(*trans, phase, delay) == tlm::TLM_COMPLETED)
                keeper.set(done(*trans, delay));
            else
                wait(accepted);
        }
    }
    tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload &trans, tlm::tlm_phase &phase,
                                       sc_time &delay)
    {
        if (phase == tlm::END_REQ)
            accepted.notify(delay);
        if (phase != tlm::BEGIN_RESP)
            return tlm::TLM_ACCEPTED;
        done(static_cast<transaction &>(trans), delay);
        return tlm::TLM_COMPLETED;
    }
    sc_time done(transaction &trans, sc_time delay)
    {
        waited += sc_core::sc_time_stamp() + delay - trans.began;
        num_wrong += std::count(trans.data, trans.data + BYTES, trans.right) < BYTES;
        num_done++;
        trans.release();
        return delay;
    }
    void free(tlm::tlm_generic_payload *trans) override
    {
        delete static_cast<transaction *>(trans);
    }
};

int sc_main(int argc, char **argv)
{
    ordito_sc::fabric_params params;
    params.config = "fabric: {topology: {kind: mesh, nodes: 16}}";
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--lt")) {
            loosely_timed = true;
        } else if (!strncmp(argv[i], "--set=", 6)) {
            params.settings.push_back(argv[i] + 6);
        } else if (sscanf(argv[i], "--gap-cycles=%u", &gap_cycles) != 1 &&
                   sscanf(argv[i], "--transactions=%u", &num_transactions) != 1) {
            (strcmp(argv[i], "--help") ? std::cerr : std::cout) << help;
            return strcmp(argv[i], "--help") ? 2 : 0;
        }
    }
    ordito_sc::fabric fabric("fabric", params);
    unsigned last = fabric.num_nodes() - 1;
    memory memory("memory");
    memory.latency = LATENCY_CYCLES * fabric.cycle_time();
    fabric.initiator_sockets[last].bind(memory.socket);
    sc_core::sc_vector<processor> processors("processor", last);
    for (unsigned n = 0; n < last; n++) {
        processors[n].node = processors[n].random = n;
        processors[n].address = last * params.window_bytes + n % 1024 * 1024;
        processors[n].cycle = fabric.cycle_time();
        processors[n].socket.bind(fabric.target_sockets[n]);
    }
    tlm::tlm_global_quantum::instance().set(QUANTUM_CYCLES * fabric.cycle_time());
    sc_core::sc_start();
    std::cout << num_done << " transactions, " << num_wrong << " wrong, "
              << waited / fabric.cycle_time() / num_done << " cycles each\n";
    return num_wrong > 0;
}
