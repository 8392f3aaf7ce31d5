#!/bin/sh
# Packs what Maven built: a folder with its own Java runtime, as tar.gz and .deb. Started by ./polywire package.
# Arguments: root of the checkout, JDK, folder for the results, "tar.gz" if no .deb is wanted. The same sources and JDK give the
# same files but for app.aot.
set -eu
root=$1 jdk=$2 out=$3 only=${4:-}

say() { printf '%s\n' "$*" >&2; }

app=$root/server/target/app
version=$(unzip -p "$app/lib/polywire-server.jar" META-INF/MANIFEST.MF | tr -d '\r' | sed -n 's/^Implementation-Version: //p')
# The time of every file: that of the build description, so that it is the same for the same sources.
epoch=${SOURCE_DATE_EPOCH:-$(date -u -d "$(sed -n 's,.*<project.build.outputTimestamp>\(.*\)</.*,\1,p' "$root/pom.xml")" +%s)}
machine=$(uname -m)
name=polywire-$version
work=$out/work
folder=$work/$name

rm -rf -- "$work"
mkdir -p -- "$folder/bin" "$folder/share/man/man1" "$folder/share/systemd"
cp -R -- "$app/lib" "$folder/lib"
cp -- "$app/java.options" "$folder/lib/"

say "  Java runtime"
# What the libraries need, but for java.desktop, which Jackson only looks for.
modules=$("$jdk/bin/jdeps" --multi-release 25 --ignore-missing-deps --print-module-deps --class-path "$folder/lib/*" \
  "$folder"/lib/*.jar 2>/dev/null | tail -n 1 | sed 's/java\.desktop,//')
"$jdk/bin/jlink" --add-modules "$modules,jdk.unsupported,jdk.jfr,jdk.crypto.cryptoki,jdk.localedata" --include-locales en \
  --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-2 --output "$folder/runtime"

cp -- "$root/packaging/polywire" "$folder/bin/"
chmod 755 "$folder/bin/polywire"
cp -- "$root/LICENSE" "$root/README.md" "$root/CHANGELOG.md" "$folder/"
[ ! -f "$root/SECURITY.md" ] || cp -- "$root/SECURITY.md" "$folder/"
cp -R -- "$root/docs" "$folder/docs"
cp -- "$root/packaging/polywire.1" "$folder/share/man/man1/"
cp -- "$root/packaging/polywire.service" "$root/packaging/sysusers.conf" "$folder/share/systemd/"
cp -- "$root/packaging/polywire.yaml" "$root/docs/polywire.schema.json" "$folder/share/"
[ ! -f "$root/server/target/bom.json" ] || cp -- "$root/server/target/bom.json" "$folder/share/polywire.cdx.json"
find "$folder" -exec touch -h -d "@$epoch" {} +

say "  Quick start (ahead-of-time cache)"
"$folder/runtime/bin/java" "@$folder/lib/java.options" -XX:AOTCacheOutput="$folder/lib/app.aot" \
  -jar "$folder/lib/polywire-server.jar" serve --listen 127.0.0.1:0 --train >"$out/train.log" 2>&1 ||
  { say "  (none: see $out/train.log)"; rm -f -- "$folder/lib/app.aot"; }
[ ! -f "$folder/lib/app.aot" ] || touch -d "@$epoch" "$folder/lib/app.aot"

# What two builds of the same sources must agree in; the training run is the only thing that is never the same twice.
(cd "$work" && find "$name" -type f ! -name app.aot -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) >"$out/$name.files.sha256"

tar_file=$out/$name-linux-$machine.tar.gz
tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner -C "$work" -cf - "$name" | gzip -n >"$tar_file"
say "  $tar_file"

if [ "$only" != tar.gz ] && command -v dpkg-deb >/dev/null; then
  deb=$work/deb
  mkdir -p -- "$deb/DEBIAN" "$deb/usr/lib" "$deb/usr/bin" "$deb/etc/polywire" "$deb/usr/share/man/man1" \
    "$deb/usr/lib/systemd/system" "$deb/usr/lib/sysusers.d"
  cp -a -- "$folder" "$deb/usr/lib/polywire"
  ln -s ../lib/polywire/bin/polywire "$deb/usr/bin/polywire"
  cp -- "$root/packaging/polywire.yaml" "$deb/etc/polywire/"
  gzip -n -9 -c "$root/packaging/polywire.1" >"$deb/usr/share/man/man1/polywire.1.gz"
  cp -- "$root/packaging/polywire.service" "$deb/usr/lib/systemd/system/"
  cp -- "$root/packaging/sysusers.conf" "$deb/usr/lib/sysusers.d/polywire.conf"
  case $machine in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    *) architecture=$machine ;;
  esac
  cat >"$deb/DEBIAN/control" <<END
Package: polywire
Version: $(printf '%s' "$version" | sed 's/-SNAPSHOT/~snapshot/')
Architecture: $architecture
Maintainer: Polywire maintainers <maintainers@polywire.invalid>
Depends: libc6, zlib1g
Recommends: systemd
Section: net
Priority: optional
Description: multi-protocol application router and execution host
 Programs connect to it and then call each other's procedures and publish
 events to each other. It speaks WAMP v2, WebWire, Hemi and Gate. It brings
 its own Java runtime along.
END
  printf '/etc/polywire/polywire.yaml\n' >"$deb/DEBIAN/conffiles"
  cat >"$deb/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  if command -v systemd-sysusers >/dev/null; then
    systemd-sysusers polywire.conf
  elif ! getent passwd polywire >/dev/null; then
    useradd --system --home-dir /var/lib/polywire --shell /usr/sbin/nologin polywire
  fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
  fi
fi
END
  cat >"$deb/DEBIAN/prerm" <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl stop polywire || true
fi
END
  cat >"$deb/DEBIAN/postrm" <<'END'
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
if [ "$1" = purge ]; then
  rm -rf /var/lib/polywire
fi
END
  (cd "$deb" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$deb/DEBIAN/md5sums"
  chmod 755 "$deb/DEBIAN/postinst" "$deb/DEBIAN/prerm" "$deb/DEBIAN/postrm"
  find "$deb" -exec touch -h -d "@$epoch" {} +
  SOURCE_DATE_EPOCH=$epoch dpkg-deb --root-owner-group --build "$deb" "$out/${name}_$architecture.deb" >/dev/null
  say "  $out/${name}_$architecture.deb"
fi
[ ! -f "$folder/share/polywire.cdx.json" ] || cp -- "$folder/share/polywire.cdx.json" "$out/$name.cdx.json"
rm -rf -- "$work"
(cd "$out" && sha256sum -- "$name"*.tar.gz "$name"*.deb "$name.cdx.json" >"$name.sha256" 2>/dev/null) || true
