#include "parser/mail.h"
