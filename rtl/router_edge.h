// SPDX-License-Identifier: Apache-2.0
// Edges of the clock of a Verilated model, as cheap as the names and types that Verilator gave
// allow. Part of router_door.cpp.
#ifndef ORDITO_RTL_ROUTER_EDGE_H
#define ORDITO_RTL_ROUTER_EDGE_H

#include "Vdoor.h"
#include "Vdoor___024root.h"

#include <type_traits>

// What Verilator makes of all processes that follow triggers.
void Vdoor___024root___eval_nba(Vdoor___024root *);

namespace
{

using Model = Vdoor;
using Root = Vdoor___024root;

void low(Vdoor___024root *root, Vdoor *model)
{
    root->clk_i = 0;
    model->eval();
}

// Verilator finds an edge by comparing the clock with what it was at the last evaluation, notes it,
// and runs the processes that follow. Each of these makes a rising edge; the first that suits the
// names and types that Verilator gave is taken.
struct Any {
};
struct Known : Any {
};
struct Alone : Known {
};

#if !VM_TRACE // what changed would have to be noted too
template <class R> auto follows_pins(Known) -> decltype(R::__VicoTriggered, std::true_type());
template <class R> std::false_type follows_pins(Any);

// No process follows pins at once, nor anything but the one clock: only the last has to be done.
template <class R>
auto rise(R *root, Vdoor *, Alone)
    -> std::enable_if_t<std::is_same_v<decltype(R::__VnbaTriggered), VlTriggerVec<1>> &&
                        !decltype(follows_pins<R>(Known()))::value>
{
    root->__VnbaTriggered.at(0) = true;
    Vdoor___024root___eval_nba(root);
}
#endif

// What the clock was can be written, which saves the evaluation with a low clock.
template <class R>
auto rise(R *root, Vdoor *model, Known) -> decltype(root->__Vtrigrprev__TOP__clk_i, void())
{
    root->__Vtrigrprev__TOP__clk_i = 0;
    root->clk_i = 1;
    model->eval();
}

template <class R> void rise(R *root, Vdoor *model, Any)
{
    low(root, model);
    root->clk_i = 1;
    model->eval();
}

} // namespace

#endif
