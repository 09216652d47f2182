# Programs of other languages that pgtend starts, installed beside what else it brings along.
nobase_dist_pkgdata_DATA += helpers/seed.mjs
