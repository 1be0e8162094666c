"""Takes from the server's wheels what Milvus 2.1.0 needs to run: unpack.py WHEELS HOME makes HOME/lib and HOME/embedded-milvus.yaml.

The wheel's library has the place of its configuration built in, /var/bin/e-milvus/configs, one for the whole machine and writable by root.
Here that path is replaced in the library by one of the same length below the working directory, so that every process has its own.
"""

import os
import sys
import zipfile

FIXED, OWN = b"/var/bin/e-milvus", b"././././/e-milvus"
MAIN = "embd-milvus.so"

wheels, home = sys.argv[1:]
lib = os.path.join(home, "lib")
os.makedirs(lib)
assert len(FIXED) == len(OWN)

for wheel in os.listdir(wheels):
    with zipfile.ZipFile(os.path.join(wheels, wheel)) as archive:
        for member in archive.namelist():
            name = os.path.basename(member)
            wanted = (
                (wheel.startswith("milvus-") and ".so" in name)
                or (wheel.startswith("tbb-") and name == "libtbb.so.2")
                or (wheel.startswith("numpy-") and member.startswith("numpy.libs/"))
            )
            if name == "embedded-milvus.yaml":
                with open(os.path.join(home, name), "wb") as file:
                    file.write(archive.read(member))
            if not name or not wanted:
                continue
            content = archive.read(member)
            if name == MAIN:
                if FIXED not in content:
                    sys.exit("%s is not the library that is known" % MAIN)
                content = content.replace(FIXED, OWN)
            with open(os.path.join(lib, name), "wb") as file:
                file.write(content)
            if name.startswith("libopenblas"):
                os.symlink(name, os.path.join(lib, "libopenblas.so.0"))
