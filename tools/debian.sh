# Debian's packages of any release, for the tools that unpack some of them in a folder: an apt of its own, on which nothing
# is installed, names all that a program needs. Sourced; needs apt-get and dpkg-deb, and no root. What goes wrong is said,
# and ends the tool with 1.

# own_apt SUITE: makes the apt, in a folder that goes away with the tool. The mirror is the one of this machine's Debian.
own_apt() {
  local program mirror
  for program in apt-get dpkg-deb; do
    command -v "${program}" >/dev/null || { echo "Debian's packages are unpacked here, and there is no ${program}." >&2; exit 1; }
  done
  mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(CREATED_BY) $(LABEL) $(REPO_URI)' | awk '$1 == "Packages" && $2 == "Debian" { print $3; exit }')}
  [[ ${mirror} ]] || { echo "This machine's apt knows no mirror of Debian: say one in DEBIAN_MIRROR." >&2; exit 1; }
  apt=$(mktemp -d)
  trap 'rm -rf "${apt}"' EXIT
  mkdir -p "${apt}"/{lists,cache,debs}
  touch "${apt}/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} $1 main" >"${apt}/sources.list"
  apt_options=(-qq -o Dir::State="${apt}" -o Dir::State::lists="${apt}/lists" -o Dir::State::status="${apt}/status" -o Dir::Cache="${apt}/cache"
    -o Dir::Etc::SourceList="${apt}/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Debug::NoLocking=1 -o Acquire::Retries=2)
  apt-get "${apt_options[@]}" -o APT::Update::Error-Mode=any update || { echo "Debian's mirror does not answer: nothing is unpacked." >&2; exit 1; }
}

# closure PACKAGE...: prints each package that they need, themselves too, and its version. Nothing that is only recommended.
closure() {
  apt-get "${apt_options[@]}" --no-install-recommends --simulate install "$@" |
    awk '$1 == "Inst" { print $2, substr($3, 2) }'
}

# unpack_into FOLDER PACKAGE=VERSION...: /bin, /lib and /sbin are those of /usr, as in every Debian of today.
unpack_into() {
  local folder=$1 package
  shift
  (cd "${apt}/debs" && apt-get "${apt_options[@]}" download "$@")
  mkdir -p "${folder}"/usr/{bin,sbin,lib,lib64}
  for package in bin sbin lib lib64; do ln -sfn "usr/${package}" "${folder}/${package}"; done
  for package in "${apt}"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "${package}" | tar -x -C "${folder}" --keep-directory-symlink --no-same-owner
  done
}
