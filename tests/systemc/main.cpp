// SPDX-License-Identifier: Apache-2.0
// Runs traffic over the SystemC module, with a checker at every socket. Called by tests/systemc.sh.
#include "tests/systemc/rig.h"

#include <cstring>
#include <fstream>

static const char help[] =
    "usage: traffic [OPTION=VALUE]... [KEY=VALUE]...\n"
    "  lt=1 plain=1 num=N gap=N bytes=N quantum=N slow=N plant=NAME: struct traffic_params\n"
    "  posted=1 outstanding=N waiting=N base=N: struct fabric_params\n"
    "  initiators=N: the first N nodes have one (all)\n"
    "  targets=N: every N-th node has one (2)\n"
    "  check=0: without checkers; stop=N: calls sc_stop after N cycles\n"
    "  log=FILE packets=FILE trace=FILE times=FILE\n"
    "  a word with a dot before the '=' is a setting of the fabric\n";

static bool take(options &to, const std::string &word)
{
    size_t equals = word.find('=');
    if (equals == std::string::npos)
        return false;
    std::string key = word.substr(0, equals), value = word.substr(equals + 1);
    auto number = static_cast<unsigned>(strtoul(value.c_str(), nullptr, 10));
    std::map<std::string, unsigned *> numbers = {{"num", &to.traffic.num},
                                                 {"gap", &to.traffic.gap_cycles},
                                                 {"bytes", &to.traffic.most_bytes},
                                                 {"quantum", &to.traffic.quantum_cycles},
                                                 {"slow", &to.traffic.slow_cycles},
                                                 {"outstanding", &to.fabric.outstanding},
                                                 {"waiting", &to.fabric.waiting_requests},
                                                 {"initiators", &to.initiators},
                                                 {"targets", &to.targets},
                                                 {"stop", &to.stop},
                                                 {"check", &to.check}};
    std::map<std::string, bool *> switches = {
        {"lt", &to.traffic.lt}, {"plain", &to.traffic.plain}, {"posted", &to.fabric.posted_writes}};
    std::map<std::string, std::string *> texts = {{"plant", &to.traffic.plant},
                                                  {"log", &to.log},
                                                  {"packets", &to.packets},
                                                  {"trace", &to.trace},
                                                  {"times", &to.times}};
    if (key.find('.') != std::string::npos)
        to.fabric.settings.push_back(word);
    else if (numbers.count(key))
        *numbers[key] = number;
    else if (key == "base")
        to.fabric.base_address = strtoull(value.c_str(), nullptr, 10);
    else if (switches.count(key))
        *switches[key] = number;
    else if (texts.count(key))
        *texts[key] = value;
    else
        return false;
    return true;
}

// Packets as a trace, and as `ordito run --packets` writes them.
static void record(const options &given, std::vector<ordito_sc::packet_record> packets)
{
    std::ofstream csv(given.packets);
    csv << "packet,source_node,destination_node,packet_flits,hops,created_cycle,injected_cycle,"
           "ejected_cycle,latency_cycles,traffic_class,message\n";
    for (const auto &p : packets)
        csv << p.packet << ',' << p.source << ',' << p.destination << ',' << p.flits << ','
            << p.hops << ',' << p.created_cycle << ',' << p.injected_cycle << ',' << p.ejected_cycle
            << ',' << p.ejected_cycle - p.created_cycle << ',' << p.traffic_class << ",\n";
    std::sort(packets.begin(), packets.end(),
              [](const auto &a, const auto &b) { return a.packet < b.packet; });
    std::ofstream trace(given.trace);
    for (const auto &p : packets)
        trace << p.created_cycle << ' ' << p.source << ' ' << p.destination << ' ' << p.flits << ' '
              << p.traffic_class << '\n';
}

// Debug transport takes no time, and DMI is refused. A stream may end at the end of a window.
static void look_inside(const rig &on)
{
    unsigned char bytes[4] = {1, 2, 3, 4}, read[4] = {};
    tlm::tlm_generic_payload trans;
    tlm::tlm_dmi dmi;
    sc_core::sc_time before = sc_core::sc_time_stamp();
    auto transport = [&](tlm::tlm_command command, uint64_t address, unsigned char *data) {
        trans.set_command(command);
        trans.set_address(address);
        trans.set_data_ptr(data);
        trans.set_data_length(sizeof bytes);
        return on.initiators[0]->socket->transport_dbg(trans);
    };
    uint64_t there = on.with.back() + 256;
    bool good = transport(tlm::TLM_WRITE_COMMAND, there, bytes) == sizeof bytes &&
                transport(tlm::TLM_READ_COMMAND, there, read) == sizeof read &&
                std::equal(bytes, bytes + sizeof bytes, read) && trans.get_address() == there &&
                transport(tlm::TLM_READ_COMMAND, UINT64_MAX, read) == 0 &&
                !on.initiators[0]->socket->get_direct_mem_ptr(trans, dmi) &&
                !dmi.is_read_allowed() && !dmi.is_write_allowed() &&
                before == sc_core::sc_time_stamp();
    sc_core::sc_time delay;
    trans.set_write();
    trans.set_address(on.with.back() + (1 << 16) - 2);
    trans.set_data_ptr(bytes);
    trans.set_streaming_width(2);
    on.initiators[0]->socket->b_transport(trans, delay);
    good = good && trans.is_response_ok() &&
           transport(tlm::TLM_READ_COMMAND, on.with.back() + (1 << 16) - 4, read) == sizeof read &&
           read[2] == bytes[2] && read[3] == bytes[3];
    std::cout << (good ? "debug and DMI: good\n" : "debug or DMI: wrong\n");
}

static void write_logs(const options &given, const rig &on)
{
    std::ofstream log(given.log), times(given.times);
    unsigned done = 0;
    double cycles = 0, last = 0, cycle = on.fabric.cycle_time().to_double();
    for (const auto &at : on.initiators) {
        done += at->num_done;
        for (const done_line &line : at->log) {
            log << line.text << '\n';
            times << line.began / on.fabric.cycle_time() << ' '
                  << line.ended / on.fabric.cycle_time() << '\n';
            cycles += (line.ended - line.began).to_double() / cycle;
            last = std::max(last, line.ended.to_double() / cycle);
        }
    }
    unsigned most_waiting = 0;
    for (const auto &at : on.targets)
        most_waiting = std::max(most_waiting, at->most_waiting);
    std::cout << "transactions " << done << ", mean_cycles " << cycles / done << ", last_cycle "
              << last << ", phases " << checker::num_phases << ", violations "
              << checker::num_violations << ", posted_faults " << on.fabric.num_posted_faults()
              << ", most_waiting " << most_waiting << ", deltas " << sc_core::sc_delta_count()
              << ", period " << on.fabric.cycle_time() / sc_core::sc_get_time_resolution() << '\n';
}

int sc_main(int argc, char **argv)
{
    options given;
    given.fabric.window_bytes = 1 << 16;
    for (int i = 1; i < argc; i++)
        if (!take(given, argv[i])) {
            bool asked = !strcmp(argv[i], "--help");
            (asked ? std::cout : std::cerr) << help;
            return asked ? 0 : 2;
        }
    given.traffic.tells = !given.log.empty();
    rig on(given);
    std::vector<ordito_sc::packet_record> packets;
    on.fabric.on_packet = [&](const auto &packet) { packets.push_back(packet); };
    tlm::tlm_global_quantum::instance().set(on.fabric.cycle_time() * given.traffic.quantum_cycles);
    if (given.stop > 0) {
        sc_core::sc_start(on.fabric.cycle_time() * given.stop);
        sc_core::sc_stop();
    } else {
        sc_core::sc_start();
        for (const auto &between : on.checkers)
            between->end();
    }
    look_inside(on);
    record(given, packets);
    write_logs(given, on);
    size_t num_lost = 0;
    for (const auto &at : on.initiators)
        num_lost += given.traffic.num - at->num_done + at->num_held();
    if (num_lost > 0 && given.stop == 0)
        std::cout << num_lost << " transactions are not done, or not released\n";
    return checker::num_violations > 0 || (num_lost > 0 && given.stop == 0);
}
