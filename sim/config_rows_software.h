// SPDX-License-Identifier: Apache-2.0
// The rows of config_table.c for the software of full nodes: a field each of struct software_params
// (model/node/software.h), and where ranks run. After config_rows_nodes.h, whose macros it uses.
#ifndef ORDITO_SIM_CONFIG_ROWS_SOFTWARE_H
#define ORDITO_SIM_CONFIG_ROWS_SOFTWARE_H

// clang-format off
#define SOFTWARE_CYCLES(name, is, line) \
    NUMBER("software." #name "_cycles", UINT32, software.name##_cycles, 0, 10000000, "cycles", is, line)
#define COPIES(name, line) \
    {.key = "nodes.software." #name, FIELD(CYCLES, name), RANGE(0, SOFTWARE_MAX_COPIES), .word = "auto", UNIT("", "auto", line), FULL}

#define SOFTWARE_ROWS \
    {.key = "nodes.cores", FIELD(UINT32, node.cores), RANGE(1, 16), UNIT("", "1", "of a node, all alike"), RESULT}, \
    {.key = "nodes.ranks_per_node", FIELD(UINT32, ranks_per_node), RANGE(1, 64), UNIT("", "1", "at most; those of a core share it"), RESULT}, \
    {.key = "nodes.mapping", FIELD(CHOICE, mapping), .choices = choices_mapping, UNIT("", "block", "rank i on node i / ranks_per_node, or i modulo nodes, ..."), RESULT}, \
    {.key = "nodes.mapping_file", FIELD(PATH, mapping_file), TEXTS("null", "of mapping file: line i has the node, and perhaps the core, of rank i"), RESULT}, \
    {.key = "nodes.software.quantum_cycles", FIELD(UINT64, software.quantum_cycles), RANGE(1, UINT64_C(1) << 40), UNIT("cycles", "2400000", "that a rank runs while others of its core are ready"), RESULT}, \
    NAMES("software.path", CHOICE, software.path, choices_path, "user", "to the card: registers mapped into processes, or system calls"), \
    NAMES("software.send", CHOICE, software.send, choices_send, "polling", "when a buffer that is sent is free again"), \
    NAMES("software.arrival", CHOICE, software.arrival, choices_arrival, "polling", "how software learns of what has come"), \
    COPIES(send_copies, "of what is sent; auto: 1 if send is copy, or path kernel and send not copy-on-write; else 0"), \
    COPIES(receive_copies, "of what is received; auto: 1"), \
    {.key = "nodes.software.pinning", FIELD(FLAG, software.pins_explicitly), .choices = choices_pinning, UNIT("", "automatic", "of what the card reads for a process: whatever it sends, or only what it pins"), FULL}, \
    NUMBER("software.copy_bytes", UINT32, software.copy_bytes, 1, 64, "bytes", "16", "of each load and store of a copy"), \
    NUMBER("software.kernel_buffer_bytes", UINT64, software.kernel_buffer_bytes, 65536, 1 << 30, "bytes", "1048576", "of a core, for copies that are sent; likewise received"), \
    NUMBER("software.spin_cycles", UINT64, software.spin_cycles, 0, UINT64_C(1) << 40, "cycles", "2000", "that it polls in vain, while others are ready, before they get their turn"), \
    SOFTWARE_CYCLES(trap, "200", "into the kernel"), \
    SOFTWARE_CYCLES(trap_return, "150", "and out"), \
    SOFTWARE_CYCLES(driver, "100", "of the driver's instructions, for a message sent"), \
    SOFTWARE_CYCLES(demultiplex, "150", "of the kernel, for a piece received"), \
    SOFTWARE_CYCLES(match, "60", "for a message received or a receive posted"), \
    SOFTWARE_CYCLES(match_entry, "6", "and for each that it is compared with"), \
    SOFTWARE_CYCLES(interrupt, "2000", "to enter a handler"), \
    SOFTWARE_CYCLES(thread, "1500", "to make a pop-up thread"), \
    SOFTWARE_CYCLES(wake, "500", "to make a process ready"), \
    SOFTWARE_CYCLES(switch, "2000", "from one thread to another"), \
    SOFTWARE_CYCLES(pin, "800", "for a page that the card is to read"), \
    SOFTWARE_CYCLES(protect, "400", "for a page, against writing"), \
    SOFTWARE_CYCLES(fault, "1200", "for a store to such a page, beside its copy")
// clang-format on

#endif
