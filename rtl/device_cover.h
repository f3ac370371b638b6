// SPDX-License-Identifier: Apache-2.0
// Counts of lines and toggles over many models of one device, each of which counts for itself and
// forgets. Part of device_door.cpp; included before the code that registers counters.
//
// What toggles in the first reset is no coverage, for state is random before it; lines are.
#ifndef ORDITO_RTL_DEVICE_COVER_H
#define ORDITO_RTL_DEVICE_COVER_H

#include "Vdoor.h"
#include "Vdoor___024root.h"
#include "Vdoor__Syms.h"
#include "verilated_cov.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace device_cover
{
inline thread_local std::vector<bool> *toggles = nullptr; // of the model that registers counters
}

// Counters are registered by name, at a cost, only of a model that writes them.
#undef VL_COVER_INSERT
#define VL_COVER_INSERT(covcontextp, countp, ...)                                                  \
    if (device_cover::toggles) {                                                                   \
        auto idx = countp - reinterpret_cast<uint32_t *>(vlSymsp->__Vcoverage);                    \
        (*device_cover::toggles)[static_cast<size_t>(idx)] =                                       \
            std::strncmp(pagep, "v_toggle", 8) == 0;                                               \
        covcontextp->_inserti(countp);                                                             \
        covcontextp->_insertf(__FILE__, __LINE__);                                                 \
        covcontextp->_insertp("hier", name(), __VA_ARGS__);                                        \
    }

namespace
{

class Cover
{
    static constexpr size_t NUM = std::extent_v<decltype(Vdoor__Syms::__Vcoverage)>;

    std::vector<uint64_t> in_reset = std::vector<uint64_t>(NUM);
    std::vector<uint64_t> after = std::vector<uint64_t>(NUM);
    bool resetting = true;

    static void move(Vdoor *model, std::vector<uint64_t> &to)
    {
        auto &counts = model->rootp->vlSymsp->__Vcoverage;
        for (size_t i = 0; i < NUM; i++)
            to[i] += counts[i].exchange(0, std::memory_order_relaxed);
    }

  public:
    void leave_reset(Vdoor *model)
    {
        if (resetting)
            move(model, in_reset);
        resetting = false;
    }

    // Takes the counts of a model that goes.
    void take(Vdoor *model)
    {
        if (model)
            move(model, resetting ? in_reset : after);
        resetting = true;
    }

    // `context` is for a model that only writes.
    void write(VerilatedContext &context, const char *path) const
    {
        std::vector<bool> toggles(NUM);
        device_cover::toggles = &toggles;
        auto model = std::make_unique<Vdoor>(&context, "");
        device_cover::toggles = nullptr;
        auto &counts = model->rootp->vlSymsp->__Vcoverage;
        for (size_t i = 0; i < NUM; i++) {
            uint64_t count = after[i] + (toggles[i] ? 0 : in_reset[i]);
            counts[i] = static_cast<uint32_t>(std::min<uint64_t>(count, UINT32_MAX));
        }
        context.coveragep()->write(path);
    }
};

} // namespace

#endif
