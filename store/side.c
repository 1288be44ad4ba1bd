#include "store/side.h"

#include <string.h>

#include "mime/address.h"

/* Services where anybody gets an address. */
static const char *const services[] = {"126.com", "163.com", "aim.com", "aol.com", "aol.de",
	"arcor.de", "bluewin.ch", "bluemail.ch", "btinternet.com", "comcast.net", "email.de",
	"fastmail.com", "free.fr", "freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com",
	"gmx.de", "gmx.net", "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com",
	"hotmail.de", "hotmail.fr", "hotmail.it", "icloud.com", "interia.pl", "kabelmail.de",
	"laposte.net", "libero.it", "live.com", "live.de", "live.fr", "mac.com", "magenta.de",
	"mail.com", "mail.de", "mail.ru", "mailbox.org", "me.com", "msn.com", "o2.pl", "onet.pl",
	"online.de", "orange.fr", "outlook.com", "outlook.de", "outlook.fr", "posteo.de",
	"posteo.net", "proton.me", "protonmail.com", "qq.com", "rambler.ru", "rocketmail.com",
	"seznam.cz", "sfr.fr", "sky.com", "t-online.de", "telenet.be", "tiscali.it", "tuta.io",
	"tutanota.com", "virgilio.it", "vodafone.de", "wanadoo.fr", "web.de", "wp.pl",
	"yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr", "yahoo.it", "yandex.ru", "ymail.com",
	"ziggo.nl", NULL};

/* Below these names of a country everybody registers his own: firm.co.uk. */
static const char *const seconds[] = {
	"ac", "co", "com", "edu", "gov", "gv", "ne", "net", "or", "org", NULL};

/* The last two labels, three below "co.uk" and its like. */
static const char *registered_domain(const char *domain)
{
	const char *last = strrchr(domain, '.');
	const char *dots[3] = {NULL, last, NULL}; /* the third last, the last, the second last */
	g_autofree char *second = NULL;

	for (const char *dot = strchr(domain, '.'); dot && dot != last;
		dot = strchr(dot + 1, '.')) {
		dots[0] = dots[2];
		dots[2] = dot;
	}
	if (!dots[2])
		return domain;
	second = g_strndup(dots[2] + 1, (gsize)(last - dots[2]) - 1);
	if (strlen(last) != 3 || !g_strv_contains(seconds, second))
		return dots[2] + 1;
	return dots[0] ? dots[0] + 1 : domain;
}

char *side_of_address(const char *address)
{
	g_autofree char *key = address_key(address);
	const char *at = strrchr(key, '@');

	if (!at || g_strv_contains(services, at + 1))
		return g_steal_pointer(&key);
	return g_strdup(registered_domain(at + 1));
}

/* Without that of the author. NULL: they may be anybody's. */
static GHashTable *sides_of(const char *people, const char *author_side)
{
	g_autoptr(GHashTable) sides = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) keys = g_strsplit(people, "\n", -1);

	for (guint i = 0; keys[i]; i++) {
		g_autofree char *side = side_of_address(keys[i]);

		if (!*side)
			return NULL;
		if (strcmp(side, author_side) != 0)
			g_hash_table_add(sides, g_steal_pointer(&side));
	}
	return g_hash_table_size(sides) > 0 ? g_steal_pointer(&sides) : NULL;
}

gboolean side_is_shared(const char *one, const char *other, const char *author_key)
{
	g_autofree char *author_side = side_of_address(author_key);
	g_autoptr(GHashTable) some = sides_of(one, author_side);
	g_autoptr(GHashTable) others = sides_of(other, author_side);
	GHashTableIter iterator;
	gpointer side;

	if (!*author_key || !some || !others)
		return TRUE;
	g_hash_table_iter_init(&iterator, some);
	while (g_hash_table_iter_next(&iterator, &side, NULL))
		if (g_hash_table_contains(others, side))
			return TRUE;
	return FALSE;
}
