// SPDX-License-Identifier: Apache-2.0
// The SystemC module that Verilator makes of fabric.sv (--sc), with its pins as router_door.cpp
// sets and reads them, and edges of its clock. Part of router_door.cpp, in place of router_edge.h.
//
// Timing: rise() is called by a process half a cycle before the clock's edge. The clock falls, and
// inputs change; half a cycle later it rises, and outputs are read after two delta cycles: in the
// first the model is evaluated, in the second its signals follow. The half cycle is the attribute
// `half_cycle` of the module in which the model is made. Before the simulation there are no
// processes: what is done then only sets pins, and the first edge of the simulation is preceded by
// those that reset the model, in delta cycles.
#ifndef ORDITO_RTL_SYSTEMC_EDGE_H
#define ORDITO_RTL_SYSTEMC_EDGE_H

#include "systemc_pins.h"

#include <memory>
#include <stdexcept>

namespace
{

enum { RESET_EDGES = 2, QUIET_EDGES = 4 };

class Model : public sc_core::sc_module
{
  public:
    Root *const rootp = &root_;

    Model(VerilatedContext *context, sc_core::sc_module_name name) : sc_module(name)
    {
        half_cycle_ = dynamic_cast<sc_core::sc_attribute<sc_core::sc_time> *>(
            get_parent_object() ? get_parent_object()->get_attribute("half_cycle") : nullptr);
        if (!half_cycle_)
            throw std::logic_error("no half_cycle");
        Verilated::threadContextp(context);
        top_ = std::make_unique<Vdoor>("fabric");
        top_->clk_i.bind(clk_);
        top_->payload_i.bind(payload_i_);
        top_->payload_o.bind(payload_o_);
#define BIND(name) top_->name.bind(name##_);
        INPUTS(BIND)
        OUTPUTS(BIND)
#undef BIND
    }

    void set_inputs()
    {
#define DRIVE(name) drive(name##_, root_.name);
        INPUTS(DRIVE)
#undef DRIVE
        decltype(payloads_) all{};
        for (uint32_t n = 0; n < Root::nodes; n++)
            if (field(root_.fwd_i, 6 * n + 5, 1))
                put_node(all, n, root_.payload_i[n]);
        drive(payload_i_, all);
    }

    void rise()
    {
        if (sc_core::sc_get_status() != sc_core::SC_RUNNING)
            return;
        for (; resets_ < RESET_EDGES; resets_++)
            edge(sc_core::SC_ZERO_TIME);
        set_inputs();
        edge(half_cycle_->value);
        get_outputs();
    }

  private:
    // Holds the clock low for so long.
    void edge(const sc_core::sc_time &low)
    {
        clk_.write(false);
        wait(low);
        clk_.write(true);
        wait(sc_core::SC_ZERO_TIME);
        wait(sc_core::SC_ZERO_TIME);
    }

    void get_outputs()
    {
#define SAMPLE(name) sample(name##_, root_.name);
        OUTPUTS(SAMPLE)
#undef SAMPLE
        sample(payload_o_, payloads_);
        for (uint32_t n = 0; n < Root::nodes; n++) {
            inside_ += field(root_.fwd_i, 6 * n + 5, 1);
            inside_ -= field(root_.fwd_o, 6 * n + 5, 1);
            if (field(root_.fwd_o, 6 * n + 5, 1))
                get_node(payloads_, n, root_.payload_o[n]);
        }
        bool moved = any(root_.fwd_i) || any(root_.credit_i) || any(root_.fwd_o) ||
                     any(root_.credit_o) || inside_ > 0;
        quiet_edges_ = moved ? 0 : quiet_edges_ + 1;
        root_.busy_o = quiet_edges_ < QUIET_EDGES;
    }

    Root root_;
    std::unique_ptr<Vdoor> top_;
    const sc_core::sc_attribute<sc_core::sc_time> *half_cycle_;
    uint32_t resets_ = 0;      // edges of the clock in reset
    uint64_t inside_ = 0;      // flits
    uint32_t quiet_edges_ = 0; // since something was on pins, or inside
    typename Shape<Carried<decltype(Vdoor::payload_i)>::type>::type payloads_{};
    sc_core::sc_signal<bool> clk_{"clk_i"};
    sc_core::sc_signal<Carried<decltype(Vdoor::payload_i)>::type> payload_i_{"payload_i"};
    sc_core::sc_signal<Carried<decltype(Vdoor::payload_o)>::type> payload_o_{"payload_o"};
#define SIGNAL(name) sc_core::sc_signal<Carried<decltype(Vdoor::name)>::type> name##_{#name};
    INPUTS(SIGNAL)
    OUTPUTS(SIGNAL)
#undef SIGNAL
};

// As router_edge.h has them.
struct Alone {
};

void low(Root *, Model *model)
{
    model->set_inputs();
}

void rise(Root *, Model *model, Alone)
{
    model->rise();
}

} // namespace

#endif
