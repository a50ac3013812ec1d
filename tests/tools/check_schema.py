#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check_schema.py SCHEMA.json [MEMBER] <LINES: each line of standard input is JSON of the schema's form, or,
where a member is named, what stands there (in it, if it is a list). Only what our schema uses is known;
anything else in it is an error.
"""
import json
import re
import sys

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
WORDS = {"$schema", "$comment", "title", "description", "type", "required", "properties", "items", "enum", "const",
         "minimum", "pattern", "if", "then", "additionalProperties"}


def is_type(value, name):
    return isinstance(value, TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def faults(schema, value, where="it"):
    if set(schema) - WORDS:
        yield f"the schema has {sorted(set(schema) - WORDS)}, which is not known here"
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_type(value, name) for name in types):
        yield f"{where} is {value!r}, no {' or '.join(types)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where} is {value!r}, none of {schema['enum']}"
    if "const" in schema and value != schema["const"]:
        yield f"{where} is not {schema['const']!r}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{where} is {value}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{where} is {value!r}"
    if isinstance(value, list) and "items" in schema:
        for item in value:
            yield from faults(schema["items"], item, f"an item of {where}")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        yield from (f"{where} has no {name}" for name in schema.get("required", []) if name not in value)
        for name, member in value.items():
            if name in properties:
                yield from faults(properties[name], member, name)
            elif schema.get("additionalProperties") is False:
                yield f"{where} has {name}, of which the schema does not speak"
    if "if" in schema and not list(faults(schema["if"], value)):
        yield from faults(schema.get("then", {}), value)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    count, found = 0, []
    for line in sys.stdin:
        value = json.loads(line)
        if len(sys.argv) > 2:
            value = value[sys.argv[2]]
        for one in value if isinstance(value, list) else [value]:
            count += 1
            found += faults(schema, one)
    print("\n".join(sorted(set(found))) or f"{count} are of that form")
    sys.exit(bool(found) or count == 0)


if __name__ == "__main__":
    main()
