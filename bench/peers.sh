# peer_install PROGRAM PACKAGE: brings a peer onto this machine, or says that its rows have no ratio.
peer_install() {
	command -v "$1" > /dev/null && return
	if [ "$(id -u)" -eq 0 ] && apt-get install -y -q "$2" > "$PGTEND_SCRATCH/apt.log" 2>&1; then
		echo "bench: installed $2"
	else
		echo "bench: $1 is not here, its rows have no ratio: apt-get install $2"
	fi
}
