-- Administration: tenants, their people and their addresses; for casegate_admin. Everything may be said twice.
-- Each act works inside the tenant that it names and leaves the caller's own sign-in as it was.

-- Enters a tenant for the length of an act, and says which one was signed in before.
create function tenant_enter(p_tenant text) returns text language plpgsql as $$
declare
	v_before text := coalesce(tenant_now(), '');
begin
	perform set_config('casegate.tenant', coalesce(p_tenant, ''), true);
	if not exists (select from tenant t where t.tenant = p_tenant) then
		raise exception 'no tenant "%"', p_tenant using errcode = 'no_data_found';
	end if;
	return v_before;
end $$;
create function tenant_leave(p_before text) returns void language plpgsql as $$
begin
	perform set_config('casegate.tenant', p_before, true);
end $$;

-- Domains are compared in their ASCII form; PostgreSQL cannot make it.
create function domain_ascii(p_domain text) returns text language plpgsql immutable as $$
begin
	if p_domain ~ '[^[:ascii:]]' then
		raise exception 'the domain "%" is written in its ASCII form, xn--...', p_domain using errcode = 'invalid_parameter_value';
	end if;
	return p_domain;
end $$;

-- Trimmed and in lower case, as all addresses are kept; an error that names it when it can be none.
create function address_check(p_address text) returns text language plpgsql immutable as $$
declare
	v_address text := lower(btrim(p_address, E' \t\r\n'));
begin
	if v_address is null or length(v_address) > 254 or v_address !~ '^[^[:space:][:cntrl:]@<>()\[\],;:"\\]{1,64}@[^[:space:][:cntrl:]@<>()\[\],;:"\\*]+$' then
		raise exception '"%" is no mail address', left(p_address, 300) using errcode = 'invalid_parameter_value';
	end if;
	perform domain_ascii(split_part(v_address, '@', 2));
	return v_address;
end $$;
create function domain_check(p_domain text) returns text language plpgsql immutable as $$
declare
	v_domain text := ltrim(lower(btrim(p_domain, E' \t\r\n')), '@');
begin
	if v_domain is null or length(v_domain) > 253 or v_domain !~ '^[^[:space:][:cntrl:]@<>()\[\],;:"\\./*]+(\.[^[:space:][:cntrl:]@<>()\[\],;:"\\./*]+)+$' then
		raise exception '"%" is no domain', left(p_domain, 300) using errcode = 'invalid_parameter_value';
	end if;
	return domain_ascii(v_domain);
end $$;

-- -------------------------------------------------------------------- tenants

create function tenant_add(tenant text, name text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := coalesce(tenant_now(), '');
begin
	if coalesce(tenant_add.tenant, '') !~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$' then
		raise exception '"%" is no key for a tenant: it has 1 to 63 letters, digits, dots, underlines and hyphens and begins with a letter or digit',
			left(tenant_add.tenant, 100) using errcode = 'invalid_parameter_value';
	end if;
	perform set_config('casegate.tenant', tenant_add.tenant, true);
	insert into tenant (tenant, name) values (tenant_add.tenant, coalesce(nullif(btrim(tenant_add.name), ''), tenant_add.tenant))
		on conflict on constraint tenant_pkey do update set name = coalesce(nullif(btrim(tenant_add.name), ''), tenant.name);
	perform case_numbers_create(tenant_add.tenant);
	perform tenant_leave(v_before);
end $$;

-- Mail holds its tenant while it is filed (no row of it does: every mail would write there).
create function tenant_lock_key(p_tenant text) returns bigint language sql immutable strict parallel safe
	return hashtextextended('casegate.tenant ' || p_tenant, 0);

-- Only one that has never had mail: the rest is `casegate erase`.
create function tenant_remove(tenant text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text;
begin
	if not exists (select from tenant t where t.tenant = tenant_remove.tenant) then
		return;
	end if;
	v_before := tenant_enter(tenant_remove.tenant);
	perform pg_advisory_xact_lock(tenant_lock_key(tenant_remove.tenant));
	if exists (select from delivery d where d.tenant = tenant_remove.tenant and d.erased_at is null) or exists (select from case_file c where c.tenant = tenant_remove.tenant) then
		raise exception 'tenant "%" has mail: erase its cases first', tenant_remove.tenant using errcode = 'object_in_use';
	end if;
	delete from outlook_job o where o.tenant = tenant_remove.tenant;
	delete from outlook_state o where o.tenant = tenant_remove.tenant;
	delete from outlook_connection o where o.tenant = tenant_remove.tenant;
	delete from outlook_registration o where o.tenant = tenant_remove.tenant;
	delete from outlook_follow o where o.tenant = tenant_remove.tenant;
	delete from tombstone o where o.tenant = tenant_remove.tenant;
	delete from user_address a where a.tenant = tenant_remove.tenant;
	delete from user_domain d where d.tenant = tenant_remove.tenant;
	delete from tenant_user u where u.tenant = tenant_remove.tenant;
	delete from agent_address a where a.tenant = tenant_remove.tenant;
	delete from tenant_bytes b where b.tenant = tenant_remove.tenant;
	delete from content c where c.tenant = tenant_remove.tenant;
	delete from delivery d where d.tenant = tenant_remove.tenant;
	delete from erasure e where e.tenant = tenant_remove.tenant;
	delete from retention_state r where r.tenant = tenant_remove.tenant;
	delete from event e where e.tenant = tenant_remove.tenant;
	delete from event_counter e where e.tenant = tenant_remove.tenant;
	delete from tenant t where t.tenant = tenant_remove.tenant;
	execute 'drop sequence if exists ' || case_numbers(tenant_remove.tenant);
	perform tenant_leave(v_before);
end $$;

-- Words separated by spaces or commas.
create function setting_words(p_value text) returns text[] language sql immutable
	return array(select word from regexp_split_to_table(p_value, '[\s,]+') word where word <> '');

create function setting_number(p_key text, p_value text, p_least bigint, p_most bigint) returns bigint language plpgsql immutable as $$
begin
	if p_value !~ '^[0-9]{1,18}$' or p_value::bigint not between p_least and p_most then
		raise exception '% is a whole number from % to %, not "%"', p_key, p_least, p_most, left(p_value, 100) using errcode = 'invalid_parameter_value';
	end if;
	return p_value::bigint;
end $$;

create function setting_choice(p_key text, p_value text, p_allowed text[]) returns text language plpgsql immutable as $$
begin
	if not lower(p_value) = any(p_allowed) then
		raise exception '% is one of %, not "%"', p_key, array_to_string(p_allowed, ', '), left(p_value, 100) using errcode = 'invalid_parameter_value';
	end if;
	return lower(p_value);
end $$;

-- An address, a domain, or the subdomains of one: *.DOMAIN.
create function never_file_check(p_word text) returns text language sql immutable
	return case when strpos(p_word, '@') > 1 then address_check(p_word) when p_word like '*.%' then '*.' || domain_check(substr(p_word, 3))
		else domain_check(p_word) end;

-- The name as PostgreSQL knows it, whatever its case.
create function setting_timezone(p_value text) returns text language plpgsql stable as $$
declare
	v_name text := (select z.name from pg_timezone_names z where lower(z.name) = lower(p_value) limit 1);
begin
	if v_name is null then
		raise exception 'timezone is a name like Europe/Berlin, not "%"', left(p_value, 100) using errcode = 'invalid_parameter_value';
	end if;
	return v_name;
end $$;

-- Texts for trying a pattern, short ones first: a bad one takes long with those already.
create function pattern_probes(p_pattern text) returns setof text language sql immutable
begin atomic
	select left(repeat(s.seed, 5000), n.length) from unnest(array[20, 150, 600, 2400, 4800]) n(length)
		cross join unnest(array['a', 'a1', 'ab 12-', nullif(regexp_replace(p_pattern, '[^[:alnum:] -]', '', 'g'), '')]) s(seed)
		where s.seed is not null order by n.length;
end;

-- Does it take long? (A tenth of a second, twice: once the machine may have been busy.)
create function pattern_is_slow(p_pattern text) returns boolean language plpgsql volatile as $$
declare
	v_probe text;
	v_began timestamptz;
	v_took interval;
begin
	for v_probe in select p from pattern_probes(p_pattern) p loop
		for i in 1 .. 2 loop
			v_began := clock_timestamp();
			perform numbers_in(p_pattern, '', v_probe);
			v_took := clock_timestamp() - v_began;
			exit when v_took < interval '0.1 seconds';
			if i = 2 or v_took > interval '1 second' then
				return true;
			end if;
		end loop;
	end loop;
	return false;
end $$;

-- A regular expression as PostgreSQL knows them. It is tried here, so that no mail meets one that is none; what refers back
-- to its own parts, or takes long with some texts, is refused. (With others it is cut off: store/numbers.c.)
create function setting_pattern(p_value text) returns text language plpgsql volatile as $$
begin
	if length(p_value) > 200 or p_value ~ '[[:cntrl:]]' then
		raise exception 'reference_pattern is one line of at most 200 characters' using errcode = 'invalid_parameter_value';
	end if;
	if p_value ~ '\\[0-9]' or p_value ~ '^\*\*\*' then
		raise exception 'reference_pattern describes one number, such as AN-[0-9]{5}; it refers to no part of itself' using errcode = 'invalid_parameter_value';
	end if;
	if p_value ~ '^\(\?[a-z]+\)' then
		raise exception 'reference_pattern takes no options such as (?i): capitals and small letters are the same for it' using errcode = 'invalid_parameter_value';
	end if;
	if '' ~* ('^(' || p_value || ')$') then
		raise exception 'reference_pattern must not fit an empty text' using errcode = 'invalid_parameter_value';
	end if;
	if pattern_is_slow(p_value) then
		raise exception 'reference_pattern takes too long: repeat no part that repeats itself, as in AN-[0-9]{5}' using errcode = 'invalid_parameter_value';
	end if;
	return p_value;
exception when invalid_regular_expression then
	raise exception 'reference_pattern is no regular expression: %', sqlerrm using errcode = 'invalid_parameter_value';
end $$;

-- What the tenant's bytes are now. From then on each writer counts its own.
create function tenant_bytes_count(p_tenant text) returns void language plpgsql as $$
begin
	delete from tenant_bytes b where b.tenant = p_tenant;
	insert into tenant_bytes (tenant, slot, bytes)
		select p_tenant, 0, coalesce(sum(length(c.bytes)), 0) from content c where c.tenant = p_tenant;
end $$;

-- An empty value takes a setting back to what it is by default.
create function tenant_set(tenant text, key text, value text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := tenant_enter(tenant_set.tenant);
	v text := btrim(coalesce(tenant_set.value, ''), E' \t\r\n');
	v_reset boolean := v = '';
begin
	case tenant_set.key
	when 'never_file' then
		update tenant t set never_file = array(select distinct never_file_check(w) from unnest(setting_words(v)) w order by 1)
			where t.tenant = tenant_set.tenant;
	when 'trusted_arc' then
		update tenant t set trusted_arc = array(select distinct domain_check(w) from unnest(setting_words(v)) w order by 1) where t.tenant = tenant_set.tenant;
	when 'closed' then
		update tenant t set closed = case when v_reset then 'reopen' else setting_choice('closed', v, '{reopen,new,hold}') end where t.tenant = tenant_set.tenant;
	when 'closed_days' then
		update tenant t set closed_days = case when v_reset then 0 else setting_number('closed_days', v, 0, 36500) end where t.tenant = tenant_set.tenant;
	when 'retention_days' then
		update tenant t set retention_days = case when not v_reset then setting_number('retention_days', v, 1, 36500) end where t.tenant = tenant_set.tenant;
		delete from retention_state r where r.tenant = tenant_set.tenant;   -- looked through from now on
	when 'subject_tag' then
		update tenant t set subject_tag = not v_reset and setting_choice('subject_tag', v, '{yes,no}') = 'yes' where t.tenant = tenant_set.tenant;
	when 'reference_pattern' then
		update tenant t set reference_pattern = case when not v_reset then setting_pattern(v) end where t.tenant = tenant_set.tenant;
	when 'quota_bytes' then
		update tenant t set quota_bytes = case when not v_reset then setting_number('quota_bytes', v, 1, 1000000000000000) end where t.tenant = tenant_set.tenant;
		perform tenant_bytes_count(tenant_set.tenant);
	when 'hourly_mails' then
		update tenant t set hourly_mails = case when not v_reset then setting_number('hourly_mails', v, 1, 1000000000) end where t.tenant = tenant_set.tenant;
	when 'timezone' then
		update tenant t set timezone = case when v_reset then 'Europe/Berlin' else setting_timezone(v) end where t.tenant = tenant_set.tenant;
	when 'language' then
		update tenant t set language = case when v_reset then 'de' else setting_choice('language', v, '{de,en}') end where t.tenant = tenant_set.tenant;
	else
		raise exception 'a tenant has no setting "%": it has never_file, closed, closed_days, retention_days, subject_tag, trusted_arc, reference_pattern, quota_bytes, hourly_mails, timezone and language',
			left(tenant_set.key, 100) using errcode = 'invalid_parameter_value';
	end case;
	perform tenant_leave(v_before);
end $$;

-- --------------------------------------------------------------------- people

-- Where a user is named without being referenced.
create function user_mentions(p_tenant text, p_from text, p_into text) returns void language plpgsql as $$
begin
	update case_file c set opened_by = p_into where c.tenant = p_tenant and c.opened_by = p_from;
	update case_merge c set by_user = p_into where c.tenant = p_tenant and c.by_user = p_from;
	update case_merge c set members = array_replace(c.members, p_from, p_into) where c.tenant = p_tenant and p_from = any(c.members);
	update event e set by_user = p_into where e.tenant = p_tenant and e.by_user = p_from;
end $$;

-- All that a colleague by domain is becomes an account's that is there already. What the account has stays as it
-- is, also that a human removed it somewhere.
create function user_fold(p_tenant text, p_from text, p_into text) returns void language plpgsql as $$
begin
	update user_address a set "user" = p_into where a.tenant = p_tenant and a."user" = p_from;
	insert into case_member (tenant, case_id, "user", added_at, removed_at)
		select m.tenant, m.case_id, p_into, m.added_at, m.removed_at from case_member m where m.tenant = p_tenant and m."user" = p_from
		on conflict do nothing;
	delete from case_member m where m.tenant = p_tenant and m."user" = p_from;
	insert into message_sight (tenant, message_id, "user", may)
		select s.tenant, s.message_id, p_into, s.may from message_sight s where s.tenant = p_tenant and s."user" = p_from
		on conflict do nothing;
	delete from message_sight s where s.tenant = p_tenant and s."user" = p_from;
	update message m set submitted_by = p_into where m.tenant = p_tenant and m.submitted_by = p_from;
	update delivery d set submitted_by = p_into where d.tenant = p_tenant and d.submitted_by = p_from;
	update outbox o set "user" = p_into where o.tenant = p_tenant and o."user" = p_from;
	update outlook_connection o set "user" = p_into where o.tenant = p_tenant and o."user" = p_from
		and not exists (select from outlook_connection x where x.tenant = p_tenant and x."user" = p_into);
	delete from outlook_connection o where o.tenant = p_tenant and o."user" = p_from;
	perform user_mentions(p_tenant, p_from, p_into);
	delete from tenant_user u where u.tenant = p_tenant and u."user" = p_from;
end $$;

-- The colleague by domain who has one of these addresses becomes the account: what references him follows.
create function user_adopt(p_tenant text, p_user text, p_addresses text[]) returns void language plpgsql as $$
declare
	v_from text := (select u."user" from tenant_user u where u.tenant = p_tenant and u.is_by_domain
		and u."user" in (select address_check(a) from unnest(p_addresses) a) order by 1 limit 1);
begin
	if v_from is not null and not exists (select from tenant_user u where u.tenant = p_tenant and u."user" = p_user) then
		update tenant_user u set "user" = p_user where u.tenant = p_tenant and u."user" = v_from;
		perform user_mentions(p_tenant, v_from, p_user);
		insert into user_address (tenant, address, "user") values (p_tenant, v_from, p_user) on conflict do nothing;
	end if;
end $$;

-- Gives an address to a user. Whoever came by a domain with this address becomes him.
create function user_address_add(p_tenant text, p_user text, p_address text) returns void language plpgsql as $$
declare
	v_address text := address_check(p_address);
	v_owner record;
begin
	select a."user", u.is_by_domain into v_owner from user_address a join tenant_user u using (tenant, "user")
		where a.tenant = p_tenant and a.address = v_address;
	if not found then
		select u."user", u.is_by_domain into v_owner from tenant_user u where u.tenant = p_tenant and u."user" = v_address and u.is_by_domain;
	end if;
	if v_owner."user" = p_user then
		insert into user_address (tenant, address, "user") values (p_tenant, v_address, p_user) on conflict do nothing;
		return;
	end if;
	if v_owner."user" is not null and not v_owner.is_by_domain then
		raise exception '% is an address of user "%" already', v_address, v_owner."user" using errcode = 'unique_violation';
	end if;
	if v_owner."user" is not null then
		perform user_fold(p_tenant, v_owner."user", p_user);
	end if;
	insert into user_address (tenant, address, "user") values (p_tenant, v_address, p_user) on conflict do nothing;
end $$;

-- role null: as it is, "member" for a new user.
create function user_add(tenant text, "user" text, addresses text[] default '{}', role text default null) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := tenant_enter(user_add.tenant);
	v_address text;
begin
	if coalesce(user_add."user", '') !~ '^[^[:cntrl:][:space:]]{1,254}$' then
		raise exception 'a user''s key has 1 to 254 characters without spaces, not "%"', left(user_add."user", 300) using errcode = 'invalid_parameter_value';
	end if;
	if user_add.role is not null and user_add.role not in ('member', 'all') then
		raise exception 'a user''s role is member or all, not "%"', left(user_add.role, 100) using errcode = 'invalid_parameter_value';
	end if;
	perform user_adopt(user_add.tenant, user_add."user", user_add.addresses);
	insert into tenant_user as u (tenant, "user", role) values (user_add.tenant, user_add."user", coalesce(user_add.role, 'member'))
		on conflict on constraint tenant_user_pkey do update
			set role = coalesce(user_add.role, u.role), is_by_domain = false, removed_at = null;
	foreach v_address in array coalesce(user_add.addresses, '{}') loop
		perform user_address_add(user_add.tenant, user_add."user", v_address);
	end loop;
	perform tenant_leave(v_before);
end $$;

-- He may not sign in any more, his addresses are free and his mailbox is disconnected; what he filed stays.
create function user_remove(tenant text, "user" text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := tenant_enter(user_remove.tenant);
begin
	update tenant_user u set removed_at = coalesce(u.removed_at, now()) where u.tenant = user_remove.tenant and u."user" = user_remove."user";
	delete from user_address a where a.tenant = user_remove.tenant and a."user" = user_remove."user";
	perform outlook_disconnected(user_remove."user");
	perform tenant_leave(v_before);
end $$;

create function user_domain_add(tenant text, domain text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := tenant_enter(user_domain_add.tenant);
begin
	insert into user_domain (tenant, domain) values (user_domain_add.tenant, domain_check(user_domain_add.domain)) on conflict do nothing;
	perform tenant_leave(v_before);
end $$;

create function user_domain_remove(tenant text, domain text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := tenant_enter(user_domain_remove.tenant);
begin
	delete from user_domain d where d.tenant = user_domain_remove.tenant and d.domain = domain_check(user_domain_remove.domain);
	perform tenant_leave(v_before);
end $$;

-- Says who asks, for an operator's transaction. Without a user he asks as the operator.
create function sign_in_admin(tenant text, "user" text default null) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
begin
	perform tenant_enter(sign_in_admin.tenant);
	if sign_in_admin."user" is not null and not exists (select from tenant_user u
			where u.tenant = sign_in_admin.tenant and u."user" = sign_in_admin."user" and u.removed_at is null) then
		raise exception 'no user "%" in tenant "%"', sign_in_admin."user", sign_in_admin.tenant using errcode = 'no_data_found';
	end if;
	perform set_config('casegate.user', coalesce(sign_in_admin."user", ''), true);
end $$;

-- ------------------------------------------------------------ agent addresses

create function address_add(tenant text, address text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := tenant_enter(address_add.tenant);
	v_address text := address_check(address_add.address);
	v_owner text;
begin
	insert into agent_address (address, tenant) values (v_address, address_add.tenant) on conflict do nothing;
	select a.tenant into v_owner from agent_address a where a.address = v_address;
	if v_owner <> address_add.tenant then
		raise exception '% is an agent address of tenant "%" already', v_address, v_owner using errcode = 'unique_violation';
	end if;
	perform tenant_leave(v_before);
end $$;

create function address_remove(tenant text, address text) returns void language plpgsql
	security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := tenant_enter(address_remove.tenant);
begin
	delete from agent_address a where a.tenant = address_remove.tenant and a.address = address_check(address_remove.address);
	perform tenant_leave(v_before);
end $$;

-- May the tenant take one more mail now? What has no limit costs no query. What the operator imports is no mail of this
-- hour; what was erased in it is.
create function tenant_answer(p_tenant text) returns text language plpgsql stable as $$
declare
	v_limit record;
begin
	select t.quota_bytes, t.hourly_mails into v_limit from tenant t where t.tenant = p_tenant;
	if v_limit.quota_bytes is not null then              -- a condition with a query in it would start an executor
		if (select coalesce(sum(b.bytes), 0) from tenant_bytes b where b.tenant = p_tenant) >= v_limit.quota_bytes then
			return 'quota';
		end if;
	end if;
	if v_limit.hourly_mails is not null then
		if v_limit.hourly_mails <= (select count(*) from (
				select from delivery d where d.tenant = p_tenant and d.received_at > now() - interval '1 hour'
					and d.protocol in ('smtp', 'lmtp') limit v_limit.hourly_mails) d) then
			return 'rate';
		end if;
	end if;
	return 'ok';
end $$;

-- Whose is the address that a mail came for? The exact address comes first, then agent+WORD@, the longest address before a
-- plus, then the bare TOKEN@. word is what stood after the plus, or the bare token. Nulls: nobody's.
create function address_owner(p_local text, p_domain text, out tenant text, out address text, out word text) language plpgsql stable as $$
declare
	v_local text := lower(p_local);
	v_domain text := lower(p_domain);
begin
	select a.tenant, a.address into tenant, address from agent_address a where a.address = v_local || '@' || v_domain;
	if tenant is null and strpos(v_local, '+') > 0 then
		select a.tenant, a.address, c.word into tenant, address, word
			from (select left(v_local, n - 1) as local, substr(v_local, n + 1) as word
				from generate_series(2, least(length(v_local), 320)) n where substr(v_local, n, 1) = '+') c
			join agent_address a on a.address = c.local || '@' || v_domain
			order by length(c.local) desc limit 1;
	end if;
	if tenant is null and v_local ~ '^[a-z2-7]{20}$' then
		select t.tenant, (select min(a.address) from agent_address a where a.tenant = t.tenant and split_part(a.address, '@', 2) = v_domain), t.token
			into tenant, address, word
			from case_token t where t.token = v_local;
	end if;
end $$;

-- The same at RCPT, with the case whose token the word is: retired ones count until they are deleted. No row: nobody's.
create function address_lookup(p_local text, p_domain text,
	out tenant text, out address text, out token text, out case_id bigint, out answer text, out word text) returns setof record
	language plpgsql stable security definer set search_path = casegate, pg_temp as $$
declare
	v_before text := coalesce(tenant_now(), '');
	v_owner record := address_owner(p_local, p_domain);
	v_tenant text;
begin
	if v_owner.tenant is null or v_owner.address is null then
		return;
	end if;
	tenant := v_owner.tenant;
	address := v_owner.address;
	word := v_owner.word;
	v_tenant := set_config('casegate.tenant', tenant, true);
	if word is not null then
		select t.token, case_final(t.tenant, t.case_id) into token, case_id
			from case_token t where t.token = address_lookup.word and t.tenant = address_lookup.tenant;
	end if;
	answer := tenant_answer(tenant);
	v_tenant := set_config('casegate.tenant', v_before, true);
	return next;
end $$;

grant execute on function tenant_add(text, text), tenant_remove(text), tenant_set(text, text, text),
	user_add(text, text, text[], text), user_remove(text, text), user_domain_add(text, text), user_domain_remove(text, text),
	address_add(text, text), address_remove(text, text), sign_in_admin(text, text) to casegate_admin;
grant execute on function address_lookup(text, text) to casegate_gateway, casegate_graph, casegate_admin;
