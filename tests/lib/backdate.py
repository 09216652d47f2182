"""Makes a backup older, or of another time, as if it had been taken then: backdate.py FOLDER/ID SECONDS prints the new ID. Its files get the name of that
time and its manifest says it, sealed anew. --copies FOLDER/ID SECONDS...: it stays as it is, and has copies that are so old. --seal FILE KEY JSON: sets one
key (dots go deeper) and seals."""
import datetime
import glob
import hashlib
import json
import os
import shutil
import sys


def write(path, manifest):
    manifest.pop("seal", None)
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    manifest["seal"] = hashlib.sha256(text.encode()).hexdigest()
    with open(path, "w") as out:
        json.dump(manifest, out)


def backdate(base, seconds, bring=os.rename):
    folder, old = os.path.split(base)
    manifest = json.load(open(base + ".json"))
    taken = datetime.datetime.strptime(manifest["taken_at"], "%Y-%m-%dT%H:%M:%SZ") - datetime.timedelta(seconds=seconds)
    new = old[: -len("-YYYYMMDDTHHMMSSZ")] + taken.strftime("-%Y%m%dT%H%M%SZ")
    for path in glob.glob(glob.escape(base) + ".*"):
        bring(path, os.path.join(folder, new + os.path.basename(path)[len(old):]))
    manifest["taken_at"] = taken.strftime("%Y-%m-%dT%H:%M:%SZ")
    manifest["id"] = new
    manifest["file"] = new + manifest["file"][len(old):]
    if manifest.get("globals"):
        manifest["globals"]["file"] = new + manifest["globals"]["file"][len(old):]
    write(os.path.join(folder, new + ".json"), manifest)
    return new


def set_key(path, key, value):
    manifest = json.load(open(path))
    *way, last = key.split(".")
    at = manifest
    for word in way:
        at = at[word]
    at[last] = json.loads(value)
    write(path, manifest)


if sys.argv[1] == "--seal":
    set_key(*sys.argv[2:5])
elif sys.argv[1] == "--copies":
    for age in sys.argv[3:]:
        backdate(sys.argv[2], int(age), lambda a, b: shutil.copytree(a, b) if os.path.isdir(a) else shutil.copy(a, b))
else:
    print(backdate(sys.argv[1], int(sys.argv[2])))
