/* Side: whom a mail is with. A company writes from many addresses of one domain; at a free mail
 * service each address is somebody else. Pure. */
#pragma once

#include <glib.h>

/* The company's domain, or of a free mail service the whole address_key(). Two sides are one when
 * these are equal. */
char *side_of_address(const char *address);
/* Are two mails with one side at least, but for the author of what both have to do with? Each of
 * one and other is a mail's people in lines: address key, tab and name, "" where not stated. Where
 * one states the name alone, the names tell. So they may be where nothing is told of one of them.
 */
gboolean side_is_shared(
	const char *one, const char *other, const char *author_key, const char *author_name);
