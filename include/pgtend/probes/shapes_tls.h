/* probes/shapes_tls.h - columns of facts: how connections are encrypted. Read through probes/shapes.h, which says how. */
#ifndef PGTEND_PROBES_SHAPES_TLS_H
#define PGTEND_PROBES_SHAPES_TLS_H

#include "pgtend/core/table.h"

#define TLS_COLUMNS \
	{"is_tls", CELL_BOOL, "tls", 0, "Whether pgtend's own connection is encrypted (PQsslInUse())."}, \
	{"is_local", CELL_BOOL, NULL, 0, "Whether it stays on this machine: a Unix socket or a loopback address."}, \
	{"mode", CELL_TEXT, "sslmode", 1, "What was asked for (sslmode)."}, \
	{"protocol", CELL_TEXT, "protocol", 1, "TLSv1.3, TLSv1.2, ... of that connection (PQsslAttribute())."}, \
	{"cipher", CELL_TEXT, "cipher", 4, "Its cipher (PQsslAttribute())."}, \
	{"bits", CELL_COUNT, NULL, 0, "Length of the cipher's key (PQsslAttribute())."}, \
	{"is_verified", CELL_BOOL, "verified", 0, "Whether the certificate was held against one that we trust (sslmode verify-ca, verify-full, or a root certificate that libpq found)."}, \
	{"is_name_verified", CELL_BOOL, "name", 2, "Whether it is this host's, too (sslmode verify-full)."}, \
	{"subject", CELL_TEXT, "certificate", 3, "Whose certificate the other side has shown."}, \
	{"issuer", CELL_TEXT, "issuer", 4, "Who has signed it."}, \
	{"valid_from", CELL_TIME, NULL, 0, "From when the certificate counts."}, \
	{"valid_until", CELL_TIME, "until", 0, "When the certificate ends."}, \
	{"left_s", CELL_SECONDS, "left", 1, "Time until then; negative: it has ended."}, \
	{"is_offered", CELL_BOOL, "ssl", 2, "Whether the server itself offers TLS (ssl)."}, \
	{"least_protocol", CELL_TEXT, NULL, 0, "The oldest protocol that the server takes (ssl_min_protocol_version)."}, \
	{"encrypted", CELL_COUNT, "encrypted", 1, "Sessions of clients that are encrypted (pg_stat_ssl.ssl, pg_stat_gssapi.encrypted)."}, \
	{"local", CELL_COUNT, "local", 2, "Sessions of clients that stay on the server's machine: Unix sockets and loopback addresses without TLS (pg_stat_activity.client_addr)."}, \
	{"plain", CELL_COUNT, "plain", 0, "Sessions of clients that come from another machine without TLS (pg_stat_ssl.ssl)."}, \
	{"plain_by", CELL_WORDS, "plain by", 3, "Whose they are, the most frequent first: user, application, address (pg_stat_activity)."}

extern const struct table_shape tls_shape;

#endif
