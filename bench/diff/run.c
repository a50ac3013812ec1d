/* SPDX-License-Identifier: MIT */
/* A run as --json wrote it. What is not as it should be is refused, never guessed. */
#include "diff/diff.h"

#include <math.h>
#include <stdlib.h>

static bool number(const json_t *object, const char *key, double *out)
{
    const json_t *value = json_object_get(object, key);

    *out = json_number_value(value);
    return json_is_number(value) && isfinite(*out);
}

static bool spread(const json_t *object, diff_figure *out)
{
    double q1, q3;

    if (!number(object, "median", &out->median) || !number(object, "ci95_low", &out->low) ||
        !number(object, "ci95_high", &out->high) || !number(object, "q1", &q1) ||
        !number(object, "q3", &q3))
        return false;
    out->low = fmin(out->low, q1);
    out->high = fmax(out->high, q3);
    return true;
}

static diff_figure *add(diff_run *run)
{
    void *more = realloc(run->figures, (run->count + 1) * sizeof(run->figures[0]));

    if (more == NULL)
        return NULL;
    run->figures = more;
    run->figures[run->count] = (diff_figure){.unit = "ns"};
    return &run->figures[run->count++];
}

/* ---- --compare ------------------------------------------------------------------------------- */

static bool cell(diff_run *run, const json_t *row, const char *engine, const json_t *from)
{
    const char *name = json_string_value(json_object_get(row, "name"));
    const char *unit = json_string_value(json_object_get(row, "unit"));
    diff_figure *figure;

    if (json_is_string(json_object_get(from, "why_not")))
        return true;
    figure = name != NULL && unit != NULL ? add(run) : NULL;
    if (figure == NULL)
        return false;
    (void)snprintf(figure->name, sizeof(figure->name), "%s/%s", engine, name);
    figure->unit = unit;
    return number(row, "noise", &figure->noise) && spread(from, figure);
}

static bool rows(diff_run *run, json_t *list)
{
    size_t i;
    json_t *row;

    json_array_foreach(list, i, row) {
        json_t *engines = json_object_get(row, "engines"), *from;
        const char *engine;

        if (!json_is_object(engines))
            return false;
        json_object_foreach(engines, engine, from)
            if (!cell(run, row, engine, from))
                return false;
    }
    return true;
}

/* ---- the layer beside the engine ------------------------------------------------------------- */

static bool samples(const json_t *entry, diff_figure *out)
{
    const json_t *list = json_object_get(entry, "samples_ns");
    const size_t count = json_array_size(list);
    double *values = count != 0 ? malloc(count * sizeof(*values)) : NULL;
    bench_spread found;

    if (values == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        values[i] = json_number_value(json_array_get(list, i));
    found = bench_spread_of(values, count);
    free(values);
    out->median = found.median;
    out->low = fmin(found.low, found.q1);
    out->high = fmax(found.high, found.q3);
    return true;
}

/* Of a pair the ratio is worth most: what the machine did to both is not in it. */
static bool ratio(diff_run *run, const json_t *entry, const char *name, double noise)
{
    const json_t *from = json_object_get(entry, "ratio");
    diff_figure *figure = from != NULL ? add(run) : NULL;

    if (figure == NULL)
        return from == NULL;
    (void)snprintf(figure->name, sizeof(figure->name), "%.*sratio",
                   (int)(strlen(name) - strlen("ours")), name);
    figure->unit = "ratio";
    figure->noise = noise;
    return spread(from, figure);
}

/* "aa" stands with omnitls' entry, and is the noise of the native one before it as well. */
static bool benchmark(diff_run *run, const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    diff_figure *figure = name != NULL && strlen(name) > strlen("ours") ? add(run) : NULL;
    double aa;

    if (figure == NULL || !samples(entry, figure))
        return false;
    (void)snprintf(figure->name, sizeof(figure->name), "%s", name);
    if (!number(json_object_get(entry, "aa"), "median", &aa))
        return true;
    figure->noise = fabs(aa - 1);
    if (run->count > 1)
        run->figures[run->count - 2].noise = figure->noise;
    return ratio(run, entry, name, figure->noise);
}

static bool benchmarks(diff_run *run, json_t *list)
{
    size_t i;
    json_t *entry;

    json_array_foreach(list, i, entry)
        if (!benchmark(run, entry))
            return false;
    return true;
}

/* ---- the file -------------------------------------------------------------------------------- */

bool diff_run_read(diff_run *run, const char *path)
{
    json_error_t err;
    json_t *list;
    bool good;

    *run = (diff_run){.path = path, .root = json_load_file(path, JSON_REJECT_DUPLICATES, &err)};
    if (run->root == NULL)
        return err.line > 0 ? bench_complain("%s:%d: %s", path, err.line, err.text)
                            : bench_complain("%s", err.text);
    list = json_object_get(run->root, "rows");
    if (json_is_array(list))
        good = rows(run, list);
    else {
        list = json_object_get(run->root, "benchmarks");
        good = json_is_array(list) && benchmarks(run, list);
    }
    return (good && run->count != 0) ||
           bench_complain("%s is no run that omnitls-bench --json wrote", path);
}

void diff_run_free(diff_run *run)
{
    free(run->figures);
    json_decref(run->root);
}

const char *diff_run_context(const diff_run *run, const char *key)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(run->root, "context"), key));

    return text != NULL ? text : "";
}

const char *diff_run_engine(const diff_run *run, const char *engine, const char *table)
{
    const json_t *context = json_object_get(run->root, "context");
    const char *text =
        json_string_value(json_object_get(json_object_get(context, table), engine));

    return text != NULL ? text : "";
}

const diff_figure *diff_run_find(const diff_run *run, const char *name)
{
    for (size_t i = 0; i < run->count; i++)
        if (strcmp(run->figures[i].name, name) == 0)
            return &run->figures[i];
    return NULL;
}
