#!/bin/bash
# A machine booted by systemd over this one's files: container.sh TREE SITE PYTHON OUT.
# Called inside a mount and a PID namespace of its own; whatever it writes lies in memory.
set -eu
tree=$1 site=$2 python=$3 out=$4
mount --make-rprivate /

place=$out/root
mkdir "$place"
mount -t tmpfs -o mode=0755 tmpfs "$place"
mkdir "$place"/{above,work,machine}
root=$place/machine
mount -t overlay -o "lowerdir=/,upperdir=$place/above,workdir=$place/work" overlay "$root"

# Only what the trial starts is to run there.
rm -rf "$root"/etc/systemd/system/*.wants
: > "$root/etc/machine-id"

mkdir -p "$root/opt/kiosk"
tar -C "$tree" -c --exclude=./.git --exclude=./.venv --exclude=./build --exclude=./out \
  --exclude=./demo-state --exclude='./.*_cache' . | tar -C "$root/opt/kiosk" -x
"$python" -m venv --without-pip "$root/opt/kiosk/.venv"
printf '/opt/kiosk\n/opt/site\n' > "$(echo "$root"/opt/kiosk/.venv/lib/python3.*/site-packages)/kiosk.pth"
cat > "$root/opt/kiosk/.venv/bin/kiosk" <<'END'
#!/opt/kiosk/.venv/bin/python
import sys
from kiosk.__main__ import main
sys.exit(main())
END
chmod 0755 "$root/opt/kiosk/.venv/bin/kiosk"

cat > "$root/etc/systemd/system/trial.service" <<'END'
[Unit]
Description=Trial of the certificate kiosk's unit
After=basic.target dbus.socket
SuccessAction=poweroff-force
FailureAction=poweroff-force
[Service]
Type=oneshot
WorkingDirectory=/opt/kiosk
ExecStart=/opt/kiosk/.venv/bin/python -m tests.udev.service_trial.inside /var/lib/demo /trial/seen.jsonl
StandardOutput=file:/trial/trial.log
StandardError=inherit
ExecStopPost=/bin/sh -c 'journalctl --no-pager > /trial/journal.log'
TimeoutStartSec=15min
[Install]
WantedBy=multi-user.target
END
mkdir "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../trial.service "$root/etc/systemd/system/multi-user.target.wants/trial.service"

# cgroup v2 alone, as on Debian 12: device and address rules are BPF programs there.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
[ -d /run/systemd/system ] && keep='' || keep=--keep-unit
exec systemd-nspawn --quiet --directory="$root" --machine="kiosk-trial-$$" --register=no $keep \
  --private-network --capability=CAP_BPF --system-call-filter=bpf --console=pipe \
  --bind-ro="$site:/opt/site" --bind="$out:/trial" --boot systemd.unit=multi-user.target
