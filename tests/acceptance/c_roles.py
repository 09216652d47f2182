"""Holds what a role is shown against what a superuser was shown: c_roles.py FOLDER_OF_THE_SUPERUSER FOLDER_OF_THE_ROLE VERB...

Prints a line for each number that the superuser has and the role has not, without a reason in `missing`, and for each row that the role has not.
c_roles.py --grants FOLDER: each GRANT that the answers in it name, once. c_roles.py --hidden FOLDER: how many cells read "privilege", by verb.
"""
import json
import pathlib
import re
import sys

# What names a row, besides the words of a sentence; those of a process are its pid alone.
NAMES = ("database", "server", "dbname", "schema", "table", "scope", "kind", "role", "application", "relation", "index", "name")
# Rows of these are sentences about the role itself, or numbered by what is hidden.
SENTENCES = ("access check", "doctor", "preflight", "statements", "check")
# Rows that hold only a secret: the whole row is hidden, and the hint says so.
SECRET_ROWS = ("settings",)
# Moving on between two looks, and null while nothing moves.
MOVING = re.compile(r"(_per_s|_per_day|ratio|write_ms|sync_ms|asked_at|last_analyze|last_vacuum|lag_bytes|standby_scans)$|^health\.reasons$")


def answer(folder, verb):
    return json.loads((pathlib.Path(folder) / verb.replace(" ", "_")).read_text())


def said(folder, verb):
    return (pathlib.Path(folder) / (verb.replace(" ", "_") + ".said")).read_text()


def name_of(row):
    if row.get("pid") is not None and "lag_s" not in row:
        return str(row["pid"])
    return " ".join(str(row[key]) for key in NAMES if isinstance(row.get(key), (str, int)))


def cells(row, before=""):
    for key, value in row.items():
        if key == "missing" and not before:
            continue
        if isinstance(value, dict):
            yield from cells(value, before + key + ".")
        else:
            yield before + key, value


def find(row, path):
    for part in path.split("."):
        row = row.get(part) if isinstance(row, dict) else None
    return row


def is_explained(row, path):
    return any(path == key or path.startswith(key + ".") for key in row.get("missing") or {})


def compare(verb, whole, part):
    known = {name_of(row): row for row in part}
    for row in whole:
        name = name_of(row)
        if name not in known:
            if verb not in SECRET_ROWS:
                yield f"{verb}: no row {name}"
            continue
        for path, value in cells(row):
            if value in (None, []) or MOVING.search(path):
                continue
            if find(known[name], path) in (None, []) and not is_explained(known[name], path):
                yield f"{verb}: {name}: {path} is missing without a reason, and is {value!r:.60}"


def hidden(folder):
    for file in sorted(pathlib.Path(folder).iterdir()):
        if file.suffix == ".said":
            continue
        rows = json.loads(file.read_text())
        rows = rows if isinstance(rows, list) else [rows]
        count = sum(reason == "privilege" for row in rows for reason in (row.get("missing") or {}).values())
        if count:
            yield file.name, count


def grants(folder):
    found = set()
    for file in pathlib.Path(folder).iterdir():
        # no further than the role's name
        found.update(re.findall(r'GRANT [^;()\n]*?(?:\(\) )?TO (?:"[^"]*"|[a-z_0-9]+)', file.read_text().replace('\\"', '"')))
        found.update(re.findall(r'GRANT EXECUTE ON FUNCTION [^;\n]*?\(\) TO (?:"[^"]*"|[a-z_0-9]+)', file.read_text().replace('\\"', '"')))
    return sorted(grant for grant in found if "..." not in grant)


def main(arguments):
    if arguments[0] == "--grants":
        print("\n".join(grants(arguments[1])))
    elif arguments[0] == "--hidden":
        for verb, count in hidden(arguments[1]):
            words = (pathlib.Path(arguments[1]) / (verb + ".said")).read_text() + (pathlib.Path(arguments[1]) / verb).read_text()
            print(f"{verb} {count} {'told' if 'GRANT ' in words else 'without a GRANT'}")
    else:
        superuser, role, *verbs = arguments
        for verb in verbs:
            whole, part = answer(superuser, verb), answer(role, verb)
            if verb not in SENTENCES and isinstance(whole, list):
                for line in compare(verb, whole, part):
                    print(line)


main(sys.argv[1:])
