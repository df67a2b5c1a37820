# SPDX-License-Identifier: GPL-2.0
# What both tools use. Each compiles it with its own flags, so that neither waits for the other;
# no file here has the name of one there.

LIB := ../lib
override CPPFLAGS += -I..
vpath %.c $(LIB)

# No I/O, no globals: these are what the unit tests and the fuzzer link.
LIB_PURE := units counters mib
LIB_OBJS := $(LIB_PURE) clock netns procfile signals tcp_diag
