// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/impl.h"

namespace ordito_sc
{

using tlm::tlm_generic_payload;

copies::~copies()
{
    while (!live_.empty())
        free(*live_.begin());
}

tlm_generic_payload *copies::make(const tlm_generic_payload &of)
{
    auto *copy = new tlm_generic_payload(this);
    copy->set_data_ptr(new unsigned char[of.get_data_length() + 1]);
    if (of.get_byte_enable_ptr())
        copy->set_byte_enable_ptr(new unsigned char[of.get_byte_enable_length() + 1]);
    copy->deep_copy_from(of);
    live_.insert(copy);
    return copy;
}

void copies::free(tlm_generic_payload *copy)
{
    live_.erase(copy);
    delete[] copy->get_data_ptr();
    delete[] copy->get_byte_enable_ptr();
    copy->free_all_extensions();
    delete copy;
}

} // namespace ordito_sc
