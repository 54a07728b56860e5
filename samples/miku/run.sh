#!/bin/sh
# The main job from nothing: makes an environment, installs tdsl, learns the function of Miku, leaves miku.png and a
# report, miku.html.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
python=${PYTHON:-python3}
venv=${TDSL_VENV:-$root/.venv}
if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv" || {
        echo "run.sh: $python has no working venv module; on Debian: apt install python3-venv" >&2
        exit 2
    }
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -e "$root"
cd "$here"
exec "$venv/bin/python" train.py "$@"
