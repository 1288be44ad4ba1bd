/* Outlook's .msg files ([MS-OXMSG]): an OLE container with one storage for a mail and one for each
 * attachment. */
#pragma once

#include "parser/body.h"

/* Does it begin like an OLE file? */
gboolean msg_is(GBytes *content);
/* The mail in it, with its bytes as source; NULL where there is none (a contact, a damaged file).
 */
Mail *msg_parse(GBytes *content, Budget *budget);
