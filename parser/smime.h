/* Opaque S/MIME (RFC 8551 3.5.2): the mail stands inside the signature's file. Taken out, not
 * verified. */
#pragma once

#include "mime/mime.h"

/* The signed content of a CMS SignedData (RFC 5652), DER or BER; NULL where it is none, encrypted
 * or detached. */
GBytes *smime_content(GBytes *cms);
/* The tree of an entity (header and body). Defects are noted in mail, whose fields become the
 * entity's. Never NULL. */
MimeNode *smime_parse_entity(Mail *mail, GBytes *entity, guint *parts);
