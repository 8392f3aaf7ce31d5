"""Checks configuration files against a JSON schema, with a validator that knows nothing of Polywire.

schema.py SCHEMA FILE...: a line for each file, `ok` or the places and rules that do not hold.
"""

import json
import sys

import yaml
from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for name in sys.argv[2:]:
    with open(name, encoding="utf-8") as file:
        problems = validator.iter_errors(yaml.safe_load(file))
        places = [".".join(map(str, one.absolute_path)) + ":" + one.validator for one in problems]
        print(" ".join(sorted(places)) or "ok")
