// SPDX-License-Identifier: Apache-2.0
#include "tests/device_modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char mesh_rtl[] =
    "module mesh_router #(parameter int DEPTH = 2, parameter int WIDTH = 34) (\n"
    "  input logic clk, input logic rst_n, input logic [1:0] my_x, input logic [1:0] my_y,\n"
    "  input logic [1:0] mode,\n"
    "#in input logic #_in_valid, input logic #_in_vc, input logic [32:0] #_in_data,\n"
    "# output logic [1:0] #_in_credit,\n"
    "#@ input logic [1:0] @_CREDIT,\n"
    "  output logic [4:0] out_valid, output logic [5*WIDTH-1:0] out_flit,\n"
    "  output logic [7:0] debug);\n"
    "endmodule\n";

const char torus_rtl[] =
    "module torus_router (\n"
    "  input logic clk_i, input logic rst_i, input logic [3:0] addr_i,\n"
    "  input logic [4:0] in_valid, input logic [69:0] in_flit [5], output logic [19:0] in_on,\n"
    "  output logic [4:0] out_valid, output logic [69:0] out_flit [4:0],\n"
    "  input logic [0:19] out_off);\n"
    "endmodule\n";

const char crossbar_rtl[] =
    "module crossbar (\n"
    "  input wire clk, reset,\n"
    "  input wire [3:0] s_valid, s_last, input wire [7:0] s_data [0:3], output wire [3:0] "
    "s_ready,\n"
    "  output wire [3:0] m_valid, m_last, output wire [7:0] m_data [0:3], input wire [3:0] "
    "m_ready);\n"
    "  assign m_valid = s_valid; assign m_last = s_last; assign s_ready = m_ready;\n"
    "  genvar i;\n"
    "  for (i = 0; i < 4; i = i + 1) begin : g assign m_data[i] = s_data[i]; end\n"
    "endmodule\n";

const char table_rtl[] =
    "module table_router (\n"
    "  input logic clk, rst_n, enable, we, input logic [2:0] index, input logic [2:0] port,\n"
    "  input logic [1:0] vcs, input logic [5:0] in_v, input logic [47:0] in_d,\n"
    "  output logic [2:0] in_cv, in_cid, output logic [5:0] out_v, output logic [47:0] out_d,\n"
    "  input logic [2:0] out_cv, out_cid);\n"
    "endmodule\n";

const char network_rtl[] =
    "module ring (\n"
    "  input logic clk, rst, input logic [5:0] iv, input logic [19:0] id [6], output logic [5:0] "
    "ir,\n"
    "  output logic [5:0] ov, output logic [19:0] od [6], input logic [5:0] or_);\n"
    "endmodule\n";

// Pins as others name them.
const char foreign_rtl[] =
    "module foreign (\n"
    "  input wire aclk, input wire aresetn, input wire [7:0] mode, input wire [1:0] speeds [2],\n"
    "  input wire in0_vld, in1_vld, in2_vld, input wire [15:0] in0_data, in1_data, in2_data,\n"
    "  input wire [1:0] in0_vc, in1_vc, in2_vc, output wire [3:0] in0_stop, in1_stop, in2_stop,\n"
    "  output wire out0_vld, out1_vld, out2_vld, output wire [15:0] out0_data, out1_data, "
    "out2_data,\n"
    "  output wire [1:0] out0_vc, out1_vc, out2_vc, input wire [3:0] out0_stop, out1_stop, "
    "out2_stop);\n"
    "endmodule\n";

// The crossbar of above with its data in packed arrays, counted down and up.
const char packed_rtl[] =
    "module crossbar (\n"
    "  input wire clk, reset,\n"
    "  input wire [3:0] s_valid, s_last, input wire [3:0][7:0] s_data, output wire [3:0] s_ready,\n"
    "  output wire [3:0] m_valid, m_last, output wire [0:3][7:0] m_data, input wire [0:3] "
    "m_ready);\n"
    "  assign m_valid = s_valid; assign m_last = s_last;\n"
    "  genvar i;\n"
    "  for (i = 0; i < 4; i = i + 1) begin : g\n"
    "    assign m_data[i] = s_data[i]; assign s_ready[i] = m_ready[i];\n"
    "  end\n"
    "endmodule\n";

char *module_of(const char *text)
{
    static const char *const names[] = {"local", "east", "west", "north", "south"};
    static const char *const capitals[] = {"LOCAL", "EAST", "WEST", "NORTH", "SOUTH"};
    char *result = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&result, &size);
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        bool each = *line == '#';
        const char *from = each ? strchr(line, ' ') : line;
        for (int p = 0; p < (each ? 5 : 1); p++)
            for (const char *c = from; c[-(c > from)] != '\n' || c == from; c++) {
                if (*c == '#' && each)
                    fputs(names[p], to);
                else if (*c == '@' && each)
                    fputs(capitals[p], to);
                else
                    fputc(*c, to);
            }
    }
    fclose(to);
    return result;
}

bool tool_is_there(const char *name)
{
    char command[128];
    snprintf(command, sizeof command, "command -v %s >/dev/null", name);
    return system(command) == 0;
}
