#include "store/side.h"

#include <string.h>

#include "mime/address.h"
#include "store/author.h"

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

typedef struct {
	char *side; /* "" where the name alone is stated */
	char *name;
} Party;

static void party_free(gpointer data)
{
	Party *party = data;

	g_free(party->side);
	g_free(party->name);
	g_free(party);
}

/* Of one company, or, where one is stated by his name alone, of one name, or of none. */
static gboolean is_one_party(const Party *one, const Party *other)
{
	if (*one->side && *other->side)
		return strcmp(one->side, other->side) == 0;
	return !*one->name || !*other->name || author_is_same("", one->name, "", other->name);
}

static GPtrArray *parties_of(const char *people)
{
	GPtrArray *parties = g_ptr_array_new_with_free_func(party_free);
	g_auto(GStrv) lines = g_strsplit(people, "\n", -1);

	for (guint i = 0; lines[i]; i++) {
		g_auto(GStrv) fields = g_strsplit(lines[i], "\t", 2);
		Party *party = g_new(Party, 1);

		*party = (Party){side_of_address(fields[0]), g_strdup(fields[1] ? fields[1] : "")};
		g_ptr_array_add(parties, party);
	}
	return parties;
}

/* The side of whom a name is stated, if one of these has it: borrowed. */
static const char *side_by_name(const GPtrArray *parties, const char *name)
{
	for (guint i = 0; i < parties->len; i++) {
		const Party *party = g_ptr_array_index(parties, i);

		if (author_is_same("", name, "", party->name))
			return party->side;
	}
	return "";
}

static void remove_side(GPtrArray *parties, const char *side, const char *name)
{
	for (guint i = parties->len; i-- > 0;) {
		const Party *party = g_ptr_array_index(parties, i);

		if (*party->side ? strcmp(party->side, side) == 0
				 : author_is_same("", name, "", party->name))
			g_ptr_array_remove_index(parties, i);
	}
}

gboolean side_is_shared(
	const char *one, const char *other, const char *author_key, const char *author_name)
{
	g_autoptr(GPtrArray) some = parties_of(one);
	g_autoptr(GPtrArray) others = parties_of(other);
	g_autofree char *side = side_of_address(author_key);

	if (!*side) {
		g_free(side);
		side = g_strdup(side_by_name(some, author_name));
	}
	remove_side(some, side, author_name);
	remove_side(others, side, author_name);
	for (guint i = 0; i < some->len; i++)
		for (guint j = 0; j < others->len; j++)
			if (is_one_party(g_ptr_array_index(some, i), g_ptr_array_index(others, j)))
				return TRUE;
	return some->len == 0 || others->len == 0;
}
