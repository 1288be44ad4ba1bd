-- Which case: the union-find over message keys, the branches in a thread, and who sees what after a merge.
-- docs/MATCHING.md has the method. Everything runs in the caller's role and tenant.
--
-- Locks are always taken in this order, so that no two deliveries wait for each other in a circle:
--   advisory (ascending) < inserts of keys (ascending) < roots of threads (DESCENDING) < cases (DESCENDING) < rows below.
-- A mail that finds the world changed between its look and its lock raises 40001 and is decided again.

-- The name of a mail in the union: kind m = Message-ID, g = Thread-Index GUID, c = mailbox and conversation, d = content (see store/identity.c).
create function key_of(p_kind text, p_value text) returns uuid language sql immutable strict parallel safe
	return encode(substring(sha256(convert_to(p_kind, 'UTF8') || '\x00'::bytea || convert_to(p_value, 'UTF8')) for 16), 'hex')::uuid;

-- 20 base32 characters of 100 random bits. The bytes 6 and 8 of a random uuid are not all random.
create function token_new() returns text language plpgsql volatile as $$
declare
	v_random bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
	v_token text := '';
	i int;
begin
	foreach i in array array[0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21] loop
		v_token := v_token || substr('abcdefghijklmnopqrstuvwxyz234567', (get_byte(v_random, i) & 31) + 1, 1);
	end loop;
	return v_token;
end $$;

-- An event for the app. Numbered when it becomes visible (0007). Imported history makes none: false.
create function event_add(p_tenant text, p_kind text, p_case bigint, p_message bigint, p_delivery bigint, p_detail jsonb default '{}')
	returns boolean language plpgsql as $$
begin
	if coalesce(current_setting('casegate.history', true), '') = 'on' then
		return false;
	end if;
	insert into event (tenant, kind, case_id, message_id, delivery_id, by_user, detail)
		values (p_tenant, p_kind, p_case, p_message, p_delivery, user_now(), p_detail);
	return true;
end $$;

-- ---------------------------------------------------------------------- cases

-- The case that a merged one has become. (Small functions on the way of every mail are PL/pgSQL: their plans are
-- kept, those of SQL functions are made anew in each statement.)
create function case_final(p_tenant text, p_case bigint) returns bigint language plpgsql stable as $$
declare
	v_case bigint := p_case;
	v_next bigint;
begin
	while v_case is not null loop
		select merged_into into v_next from casegate.case_file where tenant = p_tenant and case_id = v_case;
		exit when v_next is null;
		v_case := v_next;
	end loop;
	return v_case;
end $$;

create function case_reference(p_number bigint) returns text language sql immutable strict
	return 'V-' || case when p_number < 1000000 then lpad(p_number::text, 6, '0') else p_number::text end;

-- Numbers of cases, a sequence for each tenant. A dry run (explain) draws none: it counts below zero and is rolled back.
create function case_numbers(p_tenant text) returns text language sql immutable strict parallel safe
	return 'casegate.case_number_' || md5(p_tenant);
create function case_number_next(p_tenant text) returns bigint language plpgsql as $$
begin
	if coalesce(current_setting('casegate.dry', true), '') = 'on' then
		return (select least(coalesce(min(number), 0), 0) - 1 from case_file where tenant = p_tenant);
	end if;
	return nextval(case_numbers(p_tenant)::regclass);
end $$;
create function case_numbers_create(p_tenant text) returns void language plpgsql as $$
begin
	execute 'create sequence if not exists ' || case_numbers(p_tenant);
	execute 'grant usage on sequence ' || case_numbers(p_tenant) || ' to casegate_gateway, casegate_graph, casegate_admin';
end $$;

-- Opens a case with a number and an address of its own; p_user (may be null) becomes its first member.
-- The number comes from a sequence per tenant: no writer waits for another, a mail that was rolled back leaves a gap.
create function case_open(p_tenant text, p_subject text, p_user text) returns bigint language plpgsql as $$
declare
	v_case bigint;
	v_told boolean;
begin
	insert into case_file (tenant, number, subject, opened_by)
		values (p_tenant, case_number_next(p_tenant), case when p_subject = '' then '(ohne Betreff)' else p_subject end, p_user)
		returning case_id into v_case;
	insert into case_token (token, tenant, case_id) values (token_new(), p_tenant, v_case);
	v_told := event_add(p_tenant, 'case_opened', v_case, null, null);
	if p_user is not null then
		insert into case_member (tenant, case_id, "user") values (p_tenant, v_case, p_user);
		v_told := event_add(p_tenant, 'member_added', v_case, null, null, jsonb_build_object('user', p_user));
	end if;
	return v_case;
end $$;

-- Does this user take part (From, To, Cc) in a message of the case, other than p_except?
create function user_takes_part(p_tenant text, p_user text, p_case bigint, p_except bigint default null) returns boolean language plpgsql stable as $$
begin
	return exists (select from user_address a join participant p on p.tenant = a.tenant and p.address_key = a.address
		where a.tenant = p_tenant and a."user" = p_user and p.case_id = p_case and not p.is_agent and p.role in ('from', 'to', 'cc')
			and p.message_id is distinct from p_except);
end $$;
create function address_takes_part(p_tenant text, p_address text, p_case bigint) returns boolean language plpgsql stable as $$
begin
	return exists (select from participant p where p.tenant = p_tenant and p.address_key = p_address and p.case_id = p_case
		and not p.is_agent and p.role in ('from', 'to', 'cc'));
end $$;

-- May mail make him a member of the case? Who takes part in it, but not whom a human removed from it or from a case that it has
-- become, nor whom a merge kept apart there: for him a human says so.
create function mail_admits(p_tenant text, p_user text, p_case bigint, p_except bigint default null) returns boolean language plpgsql stable as $$
begin
	return user_takes_part(p_tenant, p_user, p_case, p_except) and not exists (
		with recursive part as (
			select p_case as case_id
			union all
			select c.case_id from part join case_file c on c.tenant = p_tenant and c.merged_into = part.case_id)
		select from part join case_member m on m.tenant = p_tenant and m.case_id = part.case_id and m."user" = p_user);
end $$;

-- Somebody filed into an existing case: he becomes a member if he took part in it before, else the app is told. False: he is one.
create function member_file(p_tenant text, p_case bigint, p_message bigint, p_user text, p_delivery bigint) returns boolean language plpgsql as $$
declare
	v_member record;
begin
	select removed_at into v_member from case_member where tenant = p_tenant and case_id = p_case and "user" = p_user;
	if found and v_member.removed_at is null then
		return false;
	end if;
	if not found and mail_admits(p_tenant, p_user, p_case, p_message) then
		insert into case_member (tenant, case_id, "user") values (p_tenant, p_case, p_user) on conflict do nothing;
		perform event_add(p_tenant, 'member_added', p_case, p_message, p_delivery, jsonb_build_object('user', p_user));
	else
		perform event_add(p_tenant, 'member_proposed', p_case, p_message, p_delivery, jsonb_build_object('user', p_user));
	end if;
	return true;
end $$;

-- Two cases become one by mail. Nobody sees more than before: who takes part in the other side becomes its
-- member, who does not keeps what he saw (message_sight) and is proposed. Returns the new members.
create function unite_sights(p_tenant text, p_from bigint, p_into bigint) returns text[] language plpgsql as $$
declare
	r record;
	v_new text[] := '{}';
begin
	for r in
		select coalesce(f."user", i."user") as "user", f."user" is not null as in_from, i."user" is not null as in_into
		from (select "user" from case_member where tenant = p_tenant and case_id = p_from and removed_at is null) f
		full join (select "user" from case_member where tenant = p_tenant and case_id = p_into and removed_at is null) i using ("user")
	loop
		continue when r.in_from and r.in_into;
		if mail_admits(p_tenant, r."user", case when r.in_from then p_into else p_from end) then
			if r.in_from then
				insert into case_member (tenant, case_id, "user") values (p_tenant, p_into, r."user");
				perform event_add(p_tenant, 'member_added', p_into, null, null, jsonb_build_object('user', r."user"));
				v_new := v_new || r."user";
			end if;
		else
			insert into message_sight (tenant, message_id, "user", may)
				select p_tenant, message_id, r."user", r.in_from from message where tenant = p_tenant and case_id = p_from
				on conflict do nothing;
			perform event_add(p_tenant, 'member_proposed', p_into, null, null, jsonb_build_object('user', r."user", 'merged_from', p_from));
		end if;
	end loop;
	return v_new;
end $$;

create function case_reopen(p_tenant text, p_case bigint, p_delivery bigint) returns void language plpgsql as $$
begin
	update case_file set state = 'open', closed_at = null where tenant = p_tenant and case_id = p_case;
	perform event_add(p_tenant, 'case_state', p_case, null, p_delivery, '{"state": "open"}');
end $$;

-- Messages were put into a case by mail. A closed one is open again, if one of a person came after it had been closed: so it
-- would be, had they come in another order.
create function case_wake(p_tenant text, p_case bigint, p_messages bigint[]) returns void language plpgsql as $$
begin
	perform case_reopen(p_tenant, p_case, null) from case_file c where c.tenant = p_tenant and c.case_id = p_case and c.state = 'closed'
		and exists (select from message m where m.tenant = p_tenant and m.message_id = any(p_messages) and m.kind in ('mail', 'calendar')
			and m.received_at > c.closed_at);
end $$;

-- One case goes into another, with its messages, threads and pins. p_by: the human who says so, or null (by mail).
-- The caller holds the locks (lock_cases or join_roots).
create function unite_cases(p_tenant text, p_from bigint, p_into bigint, p_by text) returns void language plpgsql as $$
declare
	v_ids bigint[];
	v_new text[];
begin
	if p_from = p_into then
		return;
	end if;
	v_ids := array(select message_id from message where tenant = p_tenant and case_id = p_from order by message_id);
	if p_by is null then
		v_new := unite_sights(p_tenant, p_from, p_into);
	else
		with new as (
			insert into case_member (tenant, case_id, "user")
				select p_tenant, p_into, "user" from case_member where tenant = p_tenant and case_id = p_from and removed_at is null
				on conflict do nothing returning "user")
		select coalesce(array_agg("user" order by "user"), '{}') into v_new from new;
		perform event_add(p_tenant, 'member_added', p_into, null, null, jsonb_build_object('user', u)) from unnest(v_new) u;
	end if;
	insert into case_merge (tenant, from_case, into_case, by_user, message_ids, members, threads) values (p_tenant, p_from, p_into, p_by, v_ids, v_new,
		array(select class_of(p_tenant, thread_id) from thread where tenant = p_tenant and case_id = p_from and root_id = thread_id));
	update case_file set state = 'merged', merged_into = p_into where tenant = p_tenant and case_id = p_from;
	update thread set case_id = p_into where tenant = p_tenant and case_id = p_from;
	update message set pin = p_into where tenant = p_tenant and pin = p_from;
	update message set pin_auto = p_into where tenant = p_tenant and pin_auto = p_from;
	update message set case_id = p_into where tenant = p_tenant and case_id = p_from;
	if p_by is not null then
		perform case_hold(p_tenant, p_into, array(select distinct root_of(p_tenant, m.thread_id) from message m
			where m.tenant = p_tenant and m.case_id = p_into and m.thread_id is not null));
	end if;
	perform event_add(p_tenant, 'case_merged', p_from, null, null, jsonb_build_object('into', p_into));
	if p_by is null then
		perform case_wake(p_tenant, p_into, v_ids);
	end if;
end $$;

-- participant.case_id follows its message.
create function participant_follow() returns trigger language plpgsql as $$
begin
	update participant set case_id = new.case_id where tenant = new.tenant and message_id = new.message_id;
	return null;
end $$;
create trigger message_moved after update of case_id on message for each row
	when (old.case_id is distinct from new.case_id) execute function participant_follow();

-- -------------------------------------------------------------------- threads

create function root_of(p_tenant text, p_thread bigint) returns bigint language sql stable
begin atomic
	with recursive up as (
		select thread_id, root_id from thread where tenant = p_tenant and thread_id = p_thread
		union all
		select t.thread_id, t.root_id from up join thread t on t.tenant = p_tenant and t.thread_id = up.root_id where up.root_id <> up.thread_id
	)
	select thread_id from up where root_id = thread_id;
end;

-- All threads of a class. join_roots() may leave a member pointing at a former root, hence the walk.
create function class_of(p_tenant text, p_root bigint) returns setof bigint language sql stable
begin atomic
	with recursive down as (
		select p_root as thread_id
		union all
		select t.thread_id from down join thread t on t.tenant = p_tenant and t.root_id = down.thread_id and t.root_id <> t.thread_id
	)
	select thread_id from down;
end;

-- Locks the roots of these threads and returns them. Always the largest remaining id first; a root that was
-- merged while we waited leads on to a smaller one, so the order stays descending.
create function lock_roots(p_tenant text, p_threads bigint[]) returns bigint[] language plpgsql as $$
declare
	v_work bigint[] := array(select distinct root_id from thread where tenant = p_tenant and thread_id = any(p_threads));
	v_held bigint[] := '{}';
	v_next bigint;
	v_root bigint;
begin
	while cardinality(v_work) > 0 loop
		select max(x) into v_next from unnest(v_work) x;
		select root_id into v_root from thread where tenant = p_tenant and thread_id = v_next for no key update;
		if not found then
			raise exception 'a thread was erased meanwhile' using errcode = 'serialization_failure';
		end if;
		v_work := array_remove(v_work, v_next);
		if v_root = v_next then
			v_held := v_held || v_next;
		elsif not v_root = any(v_work) then
			v_work := v_work || v_root;
		end if;
	end loop;
	return v_held;
end $$;

-- Makes one class of several locked ones: the lowest root stays. Of the cases the one that a human touched
-- stays, else the lowest; a second touched case keeps its messages (pinned), only its thread is joined. A case that a
-- class only borrowed by its subject (0017) does not count beside one of its own: the class leaves it.
create function join_roots(p_tenant text, p_roots bigint[], out o_root bigint, out o_case bigint) language plpgsql as $$
declare
	v_all_borrowed boolean := not exists (select from thread where tenant = p_tenant and thread_id = any(p_roots) and not by_subject);
	v_cases bigint[] := array(select distinct case_id from thread where tenant = p_tenant and thread_id = any(p_roots)
		and (v_all_borrowed or not by_subject) order by 1);
	v_touched bigint[];
	v_case bigint;
begin
	select min(x) into o_root from unnest(p_roots) x;
	o_case := v_cases[1];
	if v_all_borrowed then
		v_cases := v_cases[1:1];
	end if;
	if cardinality(v_cases) > 1 then
		perform 1 from (select case_id from case_file where tenant = p_tenant and case_id = any(v_cases) order by case_id desc for no key update) x;
		v_touched := array(select case_id from case_file where tenant = p_tenant and case_id = any(v_cases) and touched_at is not null order by 1);
		o_case := coalesce(v_touched[1], v_cases[1]);
		if cardinality(v_touched) > 1 then
			perform case_hold(p_tenant, x, p_roots) from unnest(v_touched[2:]) x;
			update thread set branched = true where tenant = p_tenant and thread_id = o_root;
			perform event_add(p_tenant, 'match_suggested', x, null, null, jsonb_build_object('merge_into', o_case)) from unnest(v_touched[2:]) x;
		end if;
		foreach v_case in array v_cases loop
			continue when v_case = o_case or v_case = any(coalesce(v_touched[2:], '{}'));
			perform unite_cases(p_tenant, v_case, o_case, null);
		end loop;
	end if;
	perform class_move(p_tenant, t.thread_id, t.case_id, o_case) from thread t
		where t.tenant = p_tenant and t.thread_id = any(p_roots) and t.by_subject and t.case_id <> o_case;
	update thread set branched = x.branched, loose = x.loose, by_subject = v_all_borrowed, settled = false
		from (select bool_or(t.branched) or min(t.subject_mark) <> max(t.subject_mark) as branched, bool_or(t.loose) as loose from thread t where t.tenant = p_tenant and t.thread_id = any(p_roots)) x
		where thread.tenant = p_tenant and thread.thread_id = o_root
			and (thread.branched, thread.loose, thread.by_subject, thread.settled) is distinct from (x.branched, x.loose, v_all_borrowed, false);
	update thread set root_id = o_root where tenant = p_tenant and thread_id = any(p_roots) and thread_id <> o_root;
	-- Members that somebody holds are skipped: they point at a row that points on, and root_of() walks.
	update thread set root_id = o_root where tenant = p_tenant and thread_id in (
		select thread_id from thread where tenant = p_tenant and root_id = any(p_roots) and root_id <> o_root and thread_id <> all(p_roots)
		for no key update skip locked);
	update thread set case_id = o_case where tenant = p_tenant and thread_id = o_root and case_id <> o_case;
end $$;

-- Locks roots beside those that are held. Waiting for them would be out of order: whoever finds one taken is decided again.
create function lock_roots_now(p_tenant text, p_threads bigint[]) returns void language plpgsql as $$
begin
	perform 1 from thread where tenant = p_tenant and thread_id in (select root_of(p_tenant, t) from unnest(p_threads) t) for no key update nowait;
exception when lock_not_available then
	raise exception 'another mail is being filed there' using errcode = 'serialization_failure';
end $$;

-- Locks cases that something is about to be put into.
create function hold_cases(p_tenant text, p_cases bigint[]) returns void language plpgsql as $$
begin
	perform 1 from (select case_id from case_file where tenant = p_tenant and case_id = any(p_cases) order by case_id desc for no key update) x;
	if exists (select from case_file where tenant = p_tenant and case_id = any(p_cases) and merged_into is not null) then
		raise exception 'a case was merged meanwhile' using errcode = 'serialization_failure';
	end if;
end $$;

-- Locks everything that the two sides of a human's decision live in: the roots, then the cases.
create function lock_cases(p_tenant text, p_cases bigint[], p_threads bigint[]) returns void language plpgsql as $$
declare
	v_want bigint[];
	v_got bigint[] := '{}';
begin
	loop
		v_want := array(
			select thread_id from message where tenant = p_tenant and (case_id = any(p_cases) or pin = any(p_cases) or pin_auto = any(p_cases)) and thread_id is not null
			union select thread_id from thread where tenant = p_tenant and case_id = any(p_cases)
			union select unnest(p_threads) order by 1);
		exit when v_want <@ v_got;
		if cardinality(v_got) > 0 then
			raise exception 'cases moved while they were being locked' using errcode = 'serialization_failure';
		end if;
		perform lock_roots(p_tenant, v_want);
		v_got := v_want;
	end loop;
	perform hold_cases(p_tenant, p_cases);
end $$;

-- ------------------------------------------------------------------- branches

-- May two stated times be one? Within 20 minutes, or whole half hours apart: a zone that was not stated. C looks closer.
create function time_near(a timestamptz, b timestamptz) returns boolean language sql immutable strict parallel safe
	return abs(extract(epoch from a - b)) <= 1260 or round(abs(extract(epoch from a - b)) / 60)::int % 30 in (0, 1, 29);

-- Mails of one subject cannot part: a thread that has two is looked at more closely (branched).
create function subject_mark(p_base_subject text) returns int language sql immutable strict parallel safe
	return hashtext(p_base_subject);

-- Equal, one contains the other, or more than half of the words are shared.
create function subject_similar(a text, b text) returns boolean language plpgsql immutable strict parallel safe as $$
begin
	if strpos(a, b) > 0 or strpos(b, a) > 0 then             -- of nearly all: no executor is started
		return true;
	end if;
	return (select count(*) filter (where n = 2) * 2 > count(*)
		from (select word, count(*) as n from (
			select distinct 1 as side, word from regexp_split_to_table(a, '\W+') word where word <> ''
			union all select distinct 2, word from regexp_split_to_table(b, '\W+') word where word <> '') w group by word) c);
end $$;

-- Does a weak message go on with what it names: is the subject of a known one similar? Where all that it names is still
-- missing, its siblings tell: the answers that name the same missing ones carry their subject. Null: nobody tells.
create function weak_goes_on(p_tenant text, p_root bigint, p_message bigint, p_names uuid[], p_ref_keys uuid[], p_base_subject text) returns boolean
	language plpgsql stable as $$
declare
	v_threads bigint[] := array(select class_of(p_tenant, p_root));
	v_told boolean;
begin
	select bool_or(subject_similar(x.base_subject, p_base_subject)) into v_told from (
		select distinct p.base_subject from unnest(p_ref_keys) u(key) cross join lateral (
			select a.base_subject from thread_key k join message a on a.tenant = k.tenant and a.message_id = k.message_id
				where k.tenant = p_tenant and k.key = u.key and k.thread_id = any(v_threads) and a.message_id <> p_message offset 0) p) x;
	if v_told is null then
		select bool_or(subject_similar(x.base_subject, p_base_subject)) into v_told from (
			select distinct a.base_subject from message a where a.tenant = p_tenant and a.thread_id = any(v_threads) and not a.weak
				and a.ref_keys && p_ref_keys and not a.ref_keys && p_names and a.message_id <> p_message) x;
	end if;
	return v_told;
end $$;

-- The cases that the answers to these mails got while they were missing (or are being decided again: then nothing pins
-- the answers any more, they only still lie there). p_except: messages that are no such answers.
create function cases_of_answers(p_tenant text, p_root bigint, p_keys uuid[], p_base_subject text, p_except bigint[] default '{}')
	returns bigint[] language plpgsql stable as $$
begin
	return array(select distinct coalesce(a.pin_auto, a.case_id) from thread t join message a on a.tenant = t.tenant
		where t.tenant = p_tenant and t.thread_id = p_root and a.thread_id in (select class_of(p_tenant, p_root))
			and not a.weak and a.pin is null and a.ref_keys && p_keys and a.message_id <> all(p_except) and subject_similar(a.base_subject, p_base_subject)
			and (a.pin_auto is not null or (a.case_id <> t.case_id and not exists (select from message w
				where w.tenant = p_tenant and (w.pin = a.case_id or w.pin_auto = a.case_id)))) order by 1);
end $$;

-- Is what was decided about a weak message not what should be? A pin by a person or a token needs no decision.
create function weak_is_due(p_wants boolean, p_pin bigint, p_pin_auto bigint) returns boolean language sql immutable parallel safe
	return case when p_wants then p_pin is null and p_pin_auto is null else p_pin_auto is not null end;

-- The case of the new matter in a class that has this subject, if it is one. Who names and quotes nobody there belongs to it.
create function branch_called(p_tenant text, p_threads bigint[], p_base_subject text) returns bigint language sql stable parallel safe
	return (select min(m.pin_auto) from message m where m.tenant = p_tenant and p_base_subject <> '' and m.base_subject = p_base_subject
		and m.thread_id = any(p_threads) and m.pin_auto is not null and coalesce(m.pin, m.pin_auto) = m.pin_auto and m.case_id is not null having count(distinct m.pin_auto) = 1);

-- Which weak messages of a class start a matter of their own: one that goes on with nothing (MATCHING 4). Two rows may
-- swap sides when a late ancestor comes.
create function settle_branches(p_tenant text, p_root bigint, p_default bigint) returns void language plpgsql as $$
declare
	r record;
	v_case bigint;
begin
	for r in
		select w.message_id, w.own_key || w.other_keys as names, w.pin, w.pin_auto, w.subject, w.base_subject, w.submitted_by,
			not coalesce(weak_goes_on(p_tenant, p_root, w.message_id, w.own_key || w.other_keys, w.ref_keys, w.base_subject), true) as wants
		from message w where w.tenant = p_tenant and w.weak and w.thread_id in (select class_of(p_tenant, p_root)) order by w.message_id
	loop
		continue when not weak_is_due(r.wants, r.pin, r.pin_auto);
		if r.wants then
			v_case := coalesce((cases_of_answers(p_tenant, p_root, r.names, r.base_subject))[1], case_open(p_tenant, r.subject, r.submitted_by));
			update message set pin_auto = v_case where tenant = p_tenant and message_id = r.message_id;
		elsif exists (select from case_file where tenant = p_tenant and case_id = r.pin_auto and touched_at is not null) then
			update message set pin = coalesce(pin, r.pin_auto), pin_auto = null where tenant = p_tenant and message_id = r.message_id;
		else
			update message set pin_auto = null where tenant = p_tenant and message_id = r.message_id;
			perform unite_cases(p_tenant, r.pin_auto, p_default, null);
		end if;
	end loop;
	perform settle_missing(p_tenant, p_root, p_default);
end $$;

-- The nearest known ancestor of each message of a class, as places in one list: the nearest that it names, or one that it
-- quotes and that is later. Pins also hold who has no ancestor, and the subject of one new matter (branch_called()). A free
-- one names and quotes nobody: it says nothing of where who quotes it belongs, or who answers a missing one after it, but goes
-- with the first of them that names another.
create function class_tree(p_tenant text, p_root bigint, out o_ids bigint[], out o_parents int[], out o_pins bigint[], out o_cases bigint[])
	language sql stable
begin atomic
	with m as materialized (select message_id, own_key, other_keys, ref_keys, quoted_keys, sent_at, base_subject, coalesce(pin, pin_auto) as pin, case_id, case when pin is null or pin = pin_auto then pin_auto end as branch,
			(row_number() over (order by message_id))::int as place
			from message where tenant = p_tenant and thread_id in (select class_of(p_tenant, p_root))),
		called as materialized (select base_subject, min(branch) as branch from m where branch is not null and base_subject <> '' group by base_subject
			having count(distinct branch) = 1),
		free as materialized (select m.place from m left join called using (base_subject)
			where m.ref_keys = '{}' and m.quoted_keys = '{}' and m.pin is null and called.branch is null),
		keys as materialized (select own_key as key, place, sent_at from m union all select unnest(other_keys), place, sent_at from m where other_keys <> '{}'),
		direct as materialized (select m.place, min(a.place) as parent from m left join keys a on a.key = m.ref_keys[1] and a.place <> m.place group by m.place),
		others as materialized (select k.place, k.i, a.place as parent, a.place in (select f.place from free f) as is_free
			from (select m.place, u.key, u.i from direct d join m using (place), unnest(m.ref_keys) with ordinality u(key, i)
				where d.parent is null and m.ref_keys <> '{}') k join keys a using (key)
			where a.place <> k.place),
		further as (select distinct on (place) place, i, parent, is_free from others order by place, is_free, i, parent),
		named as materialized (select d.place, coalesce(d.parent, f.parent) as parent, coalesce(f.is_free, false) as is_free, f.i
			from direct d left join further f using (place)),
		quoted as materialized (select k.place, a.place as parent, a.sent_at, a.place in (select f.place from free f) as is_free
			from (select m.place, unnest(m.quoted_keys) as key from m where m.quoted_keys <> '{}') k join keys a using (key) where a.place <> k.place),
		latest as (select distinct on (c.place) c.place, c.parent
			from (table quoted union all select n.place, n.parent, a.sent_at, n.is_free from named n join m a on a.place = n.parent
				where n.place in (select q.place from quoted q)) c
			order by c.place, c.is_free, c.sent_at desc, c.parent),
		followed as (select distinct on (q.parent) q.parent as place, q.place as parent
			from (select place, parent, null as i from quoted where is_free union all select place, parent, i from others where is_free) q
			join named n using (place) join m a using (place)
			where n.parent is not null and not n.is_free and (q.i < n.i) is not false order by q.parent, a.sent_at, a.own_key)
	select array_agg(x.message_id), array_agg(x.parent), array_agg(x.pin), array_agg(x.case_id)
		from (select m.message_id, coalesce(latest.parent, named.parent, followed.parent) as parent,
				coalesce(m.pin, case when coalesce(latest.parent, named.parent) is null then called.branch end) as pin, m.case_id
			from m join named using (place) left join latest using (place) left join followed using (place) left join called using (base_subject)
			order by m.place) x;
end;

-- What a person said of a case stays, whatever mail comes: of these classes' messages in it those are pinned that follow no
-- other there. The rest follows them, wherever they go.
create function case_hold(p_tenant text, p_case bigint, p_roots bigint[]) returns void language plpgsql as $$
begin
	update message m set pin = p_case, by_human = true
		from unnest(p_roots) r(root), class_tree(p_tenant, r.root) t, unnest(t.o_ids, t.o_parents, t.o_cases) u(message_id, parent, case_id)
		where u.case_id = p_case and t.o_cases[u.parent] is distinct from p_case
			and m.tenant = p_tenant and m.message_id = u.message_id and m.pin is null;
	update thread set branched = true where tenant = p_tenant and thread_id = any(p_roots) and not branched;
end $$;

-- Who is where inside one branched thread: a pin starts a branch, everything else follows its nearest known ancestor.
-- Each message is looked at once, however long the chain of answers is. Returns how many moved. (When a mail comes,
-- settle_due() in 0021 says whether it is needed.)
create function settle(p_tenant text, p_root bigint) returns int language plpgsql as $$
declare
	v_default bigint;
	v_is_settled boolean;
	v_ids bigint[];                                          -- variables of their own: an element of one is read without a copy
	v_parents int[];
	v_pins bigint[];
	v_was bigint[];
	v_found bigint[];                                        -- 0: being looked for
	v_path int[];
	v_at int;
	v_case bigint;
begin
	select case_id, settled into v_default, v_is_settled from thread where tenant = p_tenant and thread_id = p_root;
	if not v_is_settled then
		perform awaited_renew(p_tenant, array(select class_of(p_tenant, p_root)));
		update thread set settled = true where tenant = p_tenant and thread_id = p_root and branched;
	end if;
	perform settle_branches(p_tenant, p_root, v_default);
	select o_ids, o_parents, o_pins, o_cases into v_ids, v_parents, v_pins, v_was from class_tree(p_tenant, p_root);
	v_found := array_fill(null::bigint, array[coalesce(cardinality(v_ids), 0)]);
	for v_start in 1 .. coalesce(cardinality(v_ids), 0) loop
		v_case := coalesce(v_pins[v_start], case when v_parents[v_start] is null then v_default else nullif(v_found[v_parents[v_start]], 0) end);
		if v_case is not null then                           -- of nearly all the ancestor is older and looked at
			v_found[v_start] := v_case;
			continue;
		end if;
		v_at := v_start;
		v_path := '{}';
		while v_found[v_at] is null and v_pins[v_at] is null and v_parents[v_at] is not null loop
			v_found[v_at] := 0;
			v_path := v_path || v_at;
			v_at := v_parents[v_at];
		end loop;
		v_case := coalesce(nullif(v_found[v_at], 0), v_pins[v_at], v_default);
		v_found[v_at] := v_case;
		foreach v_at in array v_path loop
			v_found[v_at] := v_case;
		end loop;
	end loop;
	for v_case in select distinct c from unnest(v_found) c loop
		v_found := array_replace(v_found, v_case, case_final(p_tenant, v_case));
	end loop;
	update message m set case_id = u.case_id from unnest(v_ids, v_was, v_found) u(message_id, was, case_id)
		where u.was <> u.case_id and m.tenant = p_tenant and m.message_id = u.message_id;
	get diagnostics v_at = row_count;
	return v_at;
end $$;
