/* Side: whom a mail is with. A company writes from many addresses of one domain; at a free mail
 * service each address is somebody else. Pure. */
#pragma once

#include <glib.h>

/* The company's domain, or of a free mail service the whole address_key(). Two sides are one when
 * these are equal. */
char *side_of_address(const char *address);
/* Are two mails with one side at least, but for the author of what both have to do with? Each of
 * one and other is the address keys of a mail's people in lines, "" for who is stated by his name
 * alone: he may be anybody. So may they be of whom nothing else, or no author, is stated. */
gboolean side_is_shared(const char *one, const char *other, const char *author_key);
