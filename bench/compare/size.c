/* SPDX-License-Identifier: MIT */
/* Code that comes with a choice: the engine's libraries, omnitls' module for it, omnitls itself. */
#include "compare/compare.h"
#include "compare/objects.h"

static void fill(compare_row *row, size_t (*code)(const char *), const char *suffix,
                 const char *fixed, const char *why)
{
    for (size_t i = 0; row != NULL && i < row->count; i++) {
        char name[64];
        size_t bytes;

        (void)snprintf(name, sizeof(name), "%s%s", row->figures[i].engine, suffix);
        bytes = code(fixed != NULL ? fixed : name);
        if (bytes != 0)
            compare_exact(&row->figures[i], (double)bytes, 1);
        else
            compare_miss(&row->figures[i], why);
    }
    if (row != NULL)
        compare_judge(row);
}

bool compare_size(compare_report *report)
{
    if (report->planning)
        return true;
    if (compare_wanted(report, "code_engine"))
        fill(compare_row_new(report, "Code", "code_engine",
                             "the engine's libraries and what they need: code", COMPARE_BYTES),
             objects_engine_code, "", NULL, "no shared library that this system would tell of");
    if (compare_wanted(report, "code_module"))
        fill(compare_row_new(report, "Code", "code_module", "omnitls' module for the engine: code",
                             COMPARE_BYTES),
             objects_code, ".so", NULL, "linked in, no module");
    if (compare_wanted(report, "code_library"))
        fill(compare_row_new(report, "Code", "code_library", "omnitls itself: code", COMPARE_BYTES),
             objects_code, "", "libomnitls.so", "linked in, no shared library");
    return true;
}
