/* pg/move.h - a session that goes on in another database of the same server: the one that it was made for is not there. */
#ifndef PGTEND_PG_MOVE_H
#define PGTEND_PG_MOVE_H

#include "pgtend/pg/session.h"

/* From the next connection on; the one at hand is closed, requests under way end with ERR_CANCELLED. dbname NULL: back to its own. */
void session_move(struct session *session, const char *dbname);
/* It is in another database than the one it was made for: what is local there says nothing of that one. */
bool session_is_moved(const struct session *session);

#endif
