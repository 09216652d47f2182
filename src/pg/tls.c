/* pg/tls.c - what OpenSSL knows of a connection that libpq has made: protocol, cipher, the certificate and its end. */
#include <libpq-fe.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pgtend/core/mem.h"
#include "session_private.h"

int64_t tls_time_us(const ASN1_TIME *at)
{
	struct tm tm = {0};

	return at && ASN1_TIME_to_tm(at, &tm) ? (int64_t)timegm(&tm) * 1000000 : 0;
}

static char *name_text(const X509_NAME *name)
{
	BIO *memory = BIO_new(BIO_s_mem());
	char *bytes = NULL, *text = NULL;

	if (memory && X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		long length = BIO_get_mem_data(memory, &bytes);

		text = length > 0 ? mem_copy_n(bytes, (size_t)length) : NULL;
	}
	BIO_free(memory);
	return text;
}

static void read_certificate(SSL *ssl, struct session_tls *tls)
{
	X509 *certificate = SSL_get1_peer_certificate(ssl);

	if (!certificate)
		return;
	tls->subject = name_text(X509_get_subject_name(certificate));
	tls->issuer = name_text(X509_get_issuer_name(certificate));
	tls->valid_from_us = tls_time_us(X509_get0_notBefore(certificate));
	tls->valid_until_us = tls_time_us(X509_get0_notAfter(certificate));
	X509_free(certificate);
	/* libpq asks for a verification as soon as there is a root certificate, whatever sslmode says */
	tls->is_verified = SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE && SSL_get_verify_result(ssl) == X509_V_OK;
	tls->is_name_verified = tls->is_verified && tls->mode && strcmp(tls->mode, "verify-full") == 0;
}

void session_tls_read(const struct session *session, struct session_tls *tls)
{
	PGconn *conn = session->conn;
	const char *mode = conninfo_effective(session->info, "sslmode");

	*tls = (struct session_tls){.mode = mode ? mode : "prefer"};
	if (!conn || !PQsslInUse(conn))
		return;
	const char *bits = PQsslAttribute(conn, "key_bits"), *library = PQsslAttribute(conn, "library");

	tls->is_used = true;
	tls->protocol = mem_copy(PQsslAttribute(conn, "protocol"));
	tls->cipher = mem_copy(PQsslAttribute(conn, "cipher"));
	tls->bits = bits ? atoi(bits) : 0;
	SSL *ssl = library && strcmp(library, "OpenSSL") == 0 ? PQsslStruct(conn, "OpenSSL") : NULL;

	if (ssl)
		read_certificate(ssl, tls);
}

void session_tls_done(struct session_tls *tls)
{
	mem_free(tls->protocol);
	mem_free(tls->cipher);
	mem_free(tls->subject);
	mem_free(tls->issuer);
	*tls = (struct session_tls){0};
}
