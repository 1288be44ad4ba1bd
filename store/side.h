/* Side: whom a mail is with. A company writes from many addresses of one domain; at a free mail
 * service each address is somebody else. Pure. */
#pragma once

#include <glib.h>

/* The company's domain, or of a free mail service the whole address_key(). Two sides are one when
 * these are equal. */
char *side_of_address(const char *address);
