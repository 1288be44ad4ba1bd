-- Filing: one call for each mail that a delivery brings. Who the sender is, what the mail is and whether it is
-- already here was decided in C (store/plan.c, store/identity.c); here the union, the case and the rows.

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

-- What a mail's keys lead to: one row for each key that is known here. A key's case is that of its message,
-- of a ghost that of its thread.
create type key_place as (key uuid, signal text, detail text, ord bigint, thread_id bigint, message_id bigint, case_id bigint);
create function keys_find(p_tenant text, p_keys uuid[], p_signals text[], p_details text[]) returns setof key_place language sql stable
begin atomic
	select u.key, u.signal, u.detail, u.ord, k.thread_id, k.message_id, coalesce(m.case_id,
		case when r.root_id = r.thread_id then r.case_id
			else (select t.case_id from thread t where t.tenant = p_tenant and t.thread_id = root_of(p_tenant, r.thread_id)) end)
	from unnest(p_keys, p_signals, p_details) with ordinality u(key, signal, detail, ord)
	join thread_key k on k.tenant = p_tenant and k.key = u.key
	join thread h on h.tenant = p_tenant and h.thread_id = k.thread_id
	join thread r on r.tenant = p_tenant and r.thread_id = h.root_id
	left join message m on m.tenant = p_tenant and m.message_id = k.message_id;
end;

-- May this sender's mail join by what it names? A user's may by all of it. An outsider's only where he took part
-- before; a bounce's only to an outgoing mail that one of its failed recipients got. The rest are suggestions.
create function places_allowed(p_tenant text, p_authority text, p_sender text, p_people text[], p_places key_place[]) returns key_place[] language plpgsql stable as $$
begin
	case p_authority
	when 'user' then
		return p_places;
	when 'known' then
		return array(select p from unnest(p_places) p where address_takes_part(p_tenant, p_sender, p.case_id) order by p.ord);
	when 'bounce' then
		return array(select p from unnest(p_places) p where exists (
			select from message m join participant a using (tenant, message_id)
			where m.tenant = p_tenant and m.message_id = p.message_id and m.direction = 'out'
				and a.role in ('to', 'cc', 'bcc') and a.address_key = any(p_people)) order by p.ord);
	end case;
end $$;

-- Threads whose outsider's mail named this mail before it came (table claim), where he takes part in this one.
create function claims_find(p_tenant text, p_authority text, p_sender text, p_own uuid, p_people text[]) returns bigint[] language plpgsql stable as $$
declare
	v_messages bigint[] := array(select message_id from claim where tenant = p_tenant and key = p_own);
begin
	if cardinality(v_messages) = 0 then
		return '{}';
	end if;
	return array(select distinct m.thread_id from message m
		where m.tenant = p_tenant and m.message_id = any(v_messages) and m.from_key = any(p_people)
			and (p_authority = 'user' or (p_authority = 'known' and address_takes_part(p_tenant, p_sender, m.case_id))));
end $$;

-- Puts a mail's keys into the union and returns its thread's root and case. p_message is the mail itself (new or
-- known), keys[1] its own key. Not allowed: nothing was written, the mail is held.
create function message_place(p_tenant text, p_authority text, p_user text, p_sender text, p_message bigint, p_is_known boolean,
	p_keys uuid[], p_signals text[], p_people text[], p_places key_place[], p_may_open boolean, p_shared_case bigint, p_subject text,
	out o_allowed boolean, out o_root bigint, out o_case bigint, out o_opened boolean, out o_branched boolean, out o_disturbed boolean)
	language plpgsql as $$
declare
	v_own uuid := p_keys[1];
	v_allowed key_place[] := places_allowed(p_tenant, p_authority, p_sender, p_people, p_places);
	v_threads bigint[] := array(select distinct p.thread_id from unnest(v_allowed) p);
	v_insert uuid[];
	v_home bigint;
	v_roots bigint[];
	v_count int;
	v_there record;
begin
	o_opened := false; o_branched := false; o_disturbed := false;
	v_threads := v_threads || claims_find(p_tenant, p_authority, p_sender, v_own, p_people);
	o_allowed := (cardinality(v_threads) > 0 or p_may_open)
		and not exists (select from unnest(p_places) p where p.key = v_own and not p.thread_id = any(v_threads));
	if not o_allowed then
		return;
	end if;
	-- An outsider's mail brings only its own key; what else it names waits as a claim.
	v_insert := array(select distinct k from unnest(p_keys) with ordinality u(k, i)
		where (p_authority = 'user' or i = 1) and not exists (select from unnest(p_places) p where p.key = k) order by k);
	if cardinality(v_threads) = 0 then
		o_case := coalesce(p_shared_case, case_open(p_tenant, p_subject, p_user));
		o_opened := p_shared_case is null;
		insert into thread (tenant, thread_id, root_id, case_id) select p_tenant, n, n, o_case from nextval('casegate.thread_thread_id_seq') n
			returning thread_id into o_root;
		v_home := o_root;
	else
		v_home := v_threads[1];
	end if;
	insert into thread_key (tenant, key, thread_id, message_id)
		select p_tenant, k, v_home, case when k = v_own then p_message end from unnest(v_insert) k order by k on conflict do nothing;
	get diagnostics v_count = row_count;
	if v_count < cardinality(v_insert) then
		raise exception 'another mail named the same one first' using errcode = 'serialization_failure';
	end if;
	if o_root is null then
		v_roots := lock_roots(p_tenant, v_threads);
		o_root := v_roots[1];
		if cardinality(v_roots) > 1 then
			select j.o_root into o_root from join_roots(p_tenant, v_roots) j;
			o_disturbed := true;
		end if;
		select case_id, branched into o_case, o_branched from thread where tenant = p_tenant and thread_id = o_root;
	end if;
	select message_id into v_there from thread_key where tenant = p_tenant and key = v_own;
	if v_there.message_id is null then                      -- it was a ghost: somebody named it before it came
		update thread_key set message_id = p_message where tenant = p_tenant and key = v_own;
		o_disturbed := true;
	elsif v_there.message_id <> p_message then
		raise exception 'the same mail was filed meanwhile' using errcode = 'serialization_failure';
	end if;
	if p_authority <> 'user' then
		insert into claim (tenant, key, message_id) select distinct p_tenant, k, p_message from unnest(p_keys, p_signals) u(k, s)
			where s = 'references' and not exists (select from unnest(p_places) p where p.key = k) on conflict do nothing;
	end if;
end $$;

-- Where in a branched thread a mail belongs that nobody can refer to yet: only its own place is open.
-- Everything else is settle()'s.
create function branch_find(p_tenant text, p_message bigint, p_ref_keys uuid[], p_weak boolean, p_base_subject text, p_default bigint,
	out o_case bigint, out o_is_new boolean) language plpgsql as $$
begin
	o_is_new := false;
	if p_weak then
		select count(*) > 0 and not coalesce(bool_or(subject_similar(a.base_subject, p_base_subject)), false) into o_is_new
			from thread_key k join message a on a.tenant = k.tenant and a.message_id = k.message_id
			where k.tenant = p_tenant and k.key = any(p_ref_keys) and a.message_id <> p_message;
		if o_is_new then
			return;
		end if;
	end if;
	select a.case_id into o_case from unnest(p_ref_keys) with ordinality u(key, i)
		join thread_key k on k.tenant = p_tenant and k.key = u.key
		join message a on a.tenant = k.tenant and a.message_id = k.message_id
		where a.message_id <> p_message and a.case_id is not null order by u.i limit 1;
	o_case := coalesce(o_case, p_default);
end $$;

-- Moves a message, and what answers it, into a case: a pin. The source's emptied case becomes the target.
create function message_move(p_tenant text, p_message bigint, p_case bigint, p_by_human boolean) returns void language plpgsql as $$
declare
	v_thread bigint;
	v_from bigint;
	v_root bigint;
begin
	select thread_id, case_id into v_thread, v_from from message where tenant = p_tenant and message_id = p_message;
	if v_from = p_case and not p_by_human then
		return;
	end if;
	perform lock_cases(p_tenant, array[p_case, v_from], array[v_thread]);
	v_root := root_of(p_tenant, v_thread);
	update case_file set touched_at = coalesce(touched_at, now()) where tenant = p_tenant and case_id = p_case;
	update thread set branched = true where tenant = p_tenant and thread_id = v_root;
	update message set pin = p_case, by_human = by_human or p_by_human where tenant = p_tenant and message_id = p_message;
	perform settle(p_tenant, v_root);
	if v_from <> p_case then
		perform event_add(p_tenant, 'message_moved', p_case, p_message, null, jsonb_build_object('from', v_from));
		if not p_by_human and not exists (select from message where tenant = p_tenant and case_id = v_from) then
			perform unite_cases(p_tenant, v_from, p_case, null);
		end if;
	end if;
end $$;

-- Gives a held message its thread and keys, and puts it into a case by a human's word.
create function message_attach(p_tenant text, p_message bigint, p_case bigint) returns void language plpgsql as $$
declare
	m record;
	v_own uuid;
	v_keys uuid[];
	v_place record;
begin
	select * into strict m from message where tenant = p_tenant and message_id = p_message for update;
	v_own := m.own_key;
	if exists (select from thread_key where tenant = p_tenant and key = v_own and message_id is not null) then
		v_own := key_of('r', p_message::text);                    -- its id was taken meanwhile: a message of its own
		update message set own_key = v_own, identity = 'reused' where tenant = p_tenant and message_id = p_message;
	end if;
	-- A human vouches for the mail, not for all that it names: only its own key enters, where nobody else named it.
	v_keys := array[v_own];
	perform 1 from case_file where tenant = p_tenant and case_id = p_case;
	if exists (select from thread_key where tenant = p_tenant and key = v_own) then
		select * into v_place from message_place(p_tenant, 'user', null, null, p_message, false, v_keys, array['message_id'],
			'{}', array(select f from keys_find(p_tenant, v_keys, array['message_id'], array[null::text]) f), true, p_case, m.subject);
	else
		select * into v_place from message_place(p_tenant, 'user', null, null, p_message, false, v_keys, array['message_id'], '{}', '{}', true, p_case, m.subject);
	end if;
	update thread set branched = true where tenant = p_tenant and thread_id = v_place.o_root;
	update message set case_id = p_case, thread_id = v_place.o_root, pin = p_case, by_human = true where tenant = p_tenant and message_id = p_message;
	update case_file set touched_at = coalesce(touched_at, now()) where tenant = p_tenant and case_id = p_case;
	if v_place.o_disturbed then
		perform settle(p_tenant, v_place.o_root);
	end if;
end $$;

-- A mail was held, and now a user brought it: the held delivery is a duplicate of it.
create function held_become_duplicate(p_tenant text, p_message bigint, p_delivery bigint) returns void language plpgsql as $$
declare
	r record;
begin
	for r in
		select d.delivery_id, d.held_message from delivery d
		join message m on m.tenant = d.tenant and m.message_id = p_message
		join message h on h.tenant = d.tenant and h.message_id = d.held_message
		where d.tenant = p_tenant and d.outcome = 'held' and d.internet_message_id = m.internet_message_id and d.delivery_id <> p_delivery
			and h.from_key is not distinct from m.from_key and h.base_subject = m.base_subject
		for update of d
	loop
		update delivery set outcome = 'duplicate', message_id = p_message, held_message = null where tenant = p_tenant and delivery_id = r.delivery_id;
		perform message_drop(p_tenant, r.held_message);
		insert into delivery_message_row (tenant, delivery_id, message_id, position) values (p_tenant, r.delivery_id, p_message, 0) on conflict do nothing;
		perform event_add(p_tenant, 'mail_released', (select case_id from message where tenant = p_tenant and message_id = p_message),
			p_message, r.delivery_id, jsonb_build_object('brought_by', p_delivery));
	end loop;
end $$;

-- Removes a message that never lay in a case. Its bytes stay with the delivery.
create function message_drop(p_tenant text, p_message bigint) returns void language sql
begin atomic
	delete from participant where tenant = p_tenant and message_id = p_message;
	delete from attachment where tenant = p_tenant and message_id = p_message;
	delete from delivery_message_row where tenant = p_tenant and message_id = p_message;
	delete from message_comment where tenant = p_tenant and message_id = p_message;
	delete from message where tenant = p_tenant and message_id = p_message and case_id is null;
end;

-- What a closed case does with a person's new mail: 'open' (it is), 'reopen', 'new' (a case of its own, linked), 'hold'.
create function closed_answer(p_tenant text, p_case bigint) returns text language plpgsql stable as $$
declare
	c record;
begin
	select f.state, f.closed_at, t.closed, t.closed_days into c from case_file f join tenant t using (tenant)
		where f.tenant = p_tenant and f.case_id = p_case;
	return case when c.state <> 'closed' then 'open'
		when c.closed = 'reopen' or c.closed_at > now() - make_interval(days => c.closed_days) then 'reopen'
		else c.closed end;
end $$;

-- One line of evidence. Chosen is what the mail was placed by.
create function evidence_add(p_tenant text, p_delivery bigint, p_position int, p_case bigint, p_chosen_case bigint, p_signal text, p_detail text, p_strength text)
	returns void language plpgsql as $$
begin
	insert into evidence (tenant, delivery_id, position, case_id, signal, detail, strength, chosen)
		select p_tenant, p_delivery, p_position * 1000 + count(*), p_case, p_signal, p_detail, p_strength, coalesce(p_case = p_chosen_case, false)
		from evidence e where e.tenant = p_tenant and e.delivery_id = p_delivery;
end $$;

-- What the keys of one mail named: each case and signal once, as the cases are now.
create function evidence_of_keys(p_tenant text, p_delivery bigint, p_position int, p_places key_place[], p_chosen_case bigint, p_is_placed boolean)
	returns void language plpgsql as $$
declare
	r record;
	v_case bigint;
	v_seen text[] := '{}';
begin
	for r in select p.* from unnest(p_places) p where p.case_id is not null order by p.ord loop
		v_case := case when r.case_id = p_chosen_case then r.case_id else case_final(p_tenant, r.case_id) end;
		continue when v_case || r.signal = any(v_seen);
		v_seen := v_seen || (v_case || r.signal);
		perform evidence_add(p_tenant, p_delivery, p_position, v_case, p_chosen_case, r.signal, r.detail,
			case when not p_is_placed or v_case is distinct from p_chosen_case then 'suggestion'
				when r.signal in ('thread_index', 'presumed_id', 'content') then 'strong' else 'certain' end);
	end loop;
end $$;

-- Weak evidence: cases in which somebody of this mail takes part, with the same subject, in the last 90 days.
create function evidence_by_subject(p_tenant text, p_delivery bigint, p_position int, p_base_subject text, p_people text[], p_sent_at timestamptz, p_not_case bigint)
	returns int language plpgsql as $$
declare
	r record;
	v_found int := 0;
begin
	if p_base_subject = '' then
		return 0;
	end if;
	for r in
		select m.case_id, max(m.sent_at) as last from message m
		where m.tenant = p_tenant and m.base_subject = p_base_subject and m.case_id is not null
			and m.sent_at between p_sent_at - interval '90 days' and p_sent_at + interval '90 days'
			and exists (select from participant a where a.tenant = m.tenant and a.message_id = m.message_id and a.address_key = any(p_people)
				and not a.is_agent and not exists (select from user_address u where u.tenant = a.tenant and u.address = a.address_key))
			and m.case_id is distinct from p_not_case
		group by m.case_id order by 2 desc limit 5
	loop
		perform evidence_add(p_tenant, p_delivery, p_position, r.case_id, null, 'subject', p_base_subject, 'suggestion');
		v_found := v_found + 1;
	end loop;
	return v_found;
end $$;

-- Files, holds or recognises one mail of a delivery. p_authority: 'user' (a user of the tenant brought it),
-- 'known' (an outsider, p_sender), 'bounce', 'hold' (keep it without a case). outcome: filed, duplicate, held, or
-- 'hold': it may not join anything; nothing may stay written, the caller rolls back and calls again with 'hold'.
create function file_message(
	p_tenant text, p_delivery bigint, p_position int, p_authority text, p_user text, p_sender text,
	p_pin_case bigint, p_may_open boolean, p_may_reopen boolean, p_shared_case bigint,
	p_known bigint, p_completes boolean, p_same_content boolean,
	p_keys uuid[], p_signals text[], p_details text[], p_ref_keys uuid[], p_refs text[], p_people text[],
	p_weak boolean, p_base_subject text, p_internet_message_id text, p_identity text, p_is_reconstructed boolean,
	p_direction text, p_source text, p_kind text, p_from_name text, p_from_address text, p_from_key text, p_subject text, p_case_subject text,
	p_sent_at timestamptz, p_sent_precision text, p_received_at timestamptz, p_comment text,
	p_text text, p_new_text text, p_html text, p_remote_images int, p_sanitiser_version int, p_source_sha256 bytea, p_is_own_source boolean, p_defects text[],
	p_roles text[], p_names text[], p_addresses text[], p_address_keys text[], p_agents boolean[],
	p_filenames text[], p_types text[], p_sizes bigint[], p_sha256s text[], p_content_ids text[], p_inlines boolean[],
	p_comment_names text[], p_comment_addresses text[], p_comment_times timestamptz[], p_comment_texts text[],
	out outcome text, out message_id bigint, out case_id bigint, out opened boolean, out reason text) language plpgsql as $$
#variable_conflict use_column
declare
	v_places key_place[] := array(select f from keys_find(p_tenant, p_keys, p_signals, p_details) f);
	v_place record;
	v_branch record;
	v_pin bigint := case_final(p_tenant, p_pin_case);
	v_pin_auto bigint;
	v_answer text;
	v_was record;
begin
	message_id := coalesce(p_known, nextval('casegate.message_message_id_seq'));
	opened := false;
	if p_authority = 'bounce' or (p_authority = 'known' and not address_takes_part(p_tenant, p_sender, v_pin)) then
		v_pin := null;                                       -- a token proves nothing about who has it
	end if;
	if p_authority = 'hold' then
		outcome := 'held';
		select null::bigint as o_root into v_place;
	else
		select * into v_place from message_place(p_tenant, p_authority, p_user, p_sender, message_id, p_known is not null,
			p_keys, p_signals, p_people, v_places, p_may_open or v_pin is not null, coalesce(v_pin, p_shared_case), p_case_subject);
		if not v_place.o_allowed then
			outcome := 'hold';
			return;
		end if;
		opened := v_place.o_opened;
		case_id := v_place.o_case;
		outcome := case when p_known is null then 'filed' else 'duplicate' end;
	end if;

	if outcome = 'duplicate' then
		if v_place.o_branched and v_place.o_disturbed then
			perform settle(p_tenant, v_place.o_root);
		end if;
		select m.case_id, m.is_reconstructed, m.by_human, m.submitted_by into v_was from message m where m.tenant = p_tenant and m.message_id = file_message.message_id;
		case_id := v_was.case_id;
		if v_pin is not null and v_pin <> case_id and not v_was.by_human then
			if exists (select from case_member c where c.tenant = p_tenant and c.case_id = v_was.case_id and c."user" = p_user and c.removed_at is null)
				or v_was.submitted_by = p_user
				or exists (select from tenant_user u where u.tenant = p_tenant and u."user" = p_user and u.role = 'all') then
				perform message_move(p_tenant, message_id, v_pin, false);
				case_id := v_pin;
			else
				perform event_add(p_tenant, 'match_suggested', v_pin, message_id, p_delivery, '{}');
			end if;
		end if;
		if p_completes and v_was.is_reconstructed then
			update message m set internet_message_id = coalesce(p_internet_message_id, m.internet_message_id), identity = p_identity, is_reconstructed = false,
				kind = p_kind, from_name = coalesce(p_from_name, m.from_name), from_address = coalesce(p_from_address, m.from_address), from_key = coalesce(p_from_key, m.from_key),
				subject = p_subject, base_subject = p_base_subject, sent_at = p_sent_at, sent_precision = p_sent_precision, direction = p_direction,
				text = p_text, new_text = p_new_text, html = p_html, remote_images = p_remote_images, sanitiser_version = p_sanitiser_version,
				source_sha256 = p_source_sha256, is_own_source = p_is_own_source, delivery_id = p_delivery, defects = p_defects,
				ref_keys = p_ref_keys, refs = p_refs
				where m.tenant = p_tenant and m.message_id = file_message.message_id;
			delete from participant a where a.tenant = p_tenant and a.message_id = file_message.message_id;
			delete from attachment a where a.tenant = p_tenant and a.message_id = file_message.message_id;
			perform message_rows(p_tenant, message_id, case_id, p_roles, p_names, p_addresses, p_address_keys, p_agents,
				p_filenames, p_types, p_sizes, p_sha256s, p_content_ids, p_inlines);
			perform event_add(p_tenant, 'message_completed', case_id, message_id, p_delivery);
		elsif p_internet_message_id is not null then         -- the id of a mail that had none
			update message m set internet_message_id = p_internet_message_id, identity = p_identity
				where m.tenant = p_tenant and m.message_id = file_message.message_id and m.internet_message_id is null;
		end if;
		if p_user is not null and (p_same_content or exists (select from user_address u join participant a on a.tenant = u.tenant and a.address_key = u.address
				where u.tenant = p_tenant and u."user" = p_user and a.message_id = file_message.message_id and a.role in ('from', 'to', 'cc'))) then
			insert into message_sight (tenant, message_id, "user", may) values (p_tenant, file_message.message_id, p_user, true)
				on conflict on constraint message_sight_pkey do update set may = true;
		end if;
	else
		if outcome = 'filed' then
			if v_pin is not null then
				case_id := v_pin;
				update case_file c set touched_at = coalesce(c.touched_at, now()) where c.tenant = p_tenant and c.case_id = v_pin;
				update thread t set branched = true where t.tenant = p_tenant and t.thread_id = v_place.o_root and not t.branched;
			elsif p_weak or v_place.o_branched then
				if p_weak and not v_place.o_branched then
					update thread t set branched = true where t.tenant = p_tenant and t.thread_id = v_place.o_root;
				end if;
				select * into v_branch from branch_find(p_tenant, message_id, p_ref_keys, p_weak, p_base_subject, v_place.o_case);
				if v_branch.o_is_new then
					v_pin_auto := case_open(p_tenant, p_case_subject, p_user);
					opened := true;
				end if;
				case_id := coalesce(v_pin_auto, case_final(p_tenant, v_branch.o_case));
			end if;
			v_answer := case when opened then 'open' else closed_answer(p_tenant, case_id) end;
			if v_answer = 'hold' and p_may_reopen and v_pin is null then
				outcome := 'hold';
				reason := 'the case is closed';
				return;
			elsif v_answer = 'new' and p_may_reopen and v_pin is null then
				v_pin := case_id;
				case_id := case_open(p_tenant, p_case_subject, p_user);
				update case_file c set linked_to = v_pin where c.tenant = p_tenant and c.case_id = file_message.case_id;
				update thread t set branched = true where t.tenant = p_tenant and t.thread_id = v_place.o_root;
				v_pin := case_id;
				opened := true;
			elsif v_answer = 'reopen' and p_may_reopen then
				update case_file c set state = 'open', closed_at = null where c.tenant = p_tenant and c.case_id = file_message.case_id;
				perform event_add(p_tenant, 'case_state', case_id, null, p_delivery, '{"state": "open"}');
			end if;
		end if;
		insert into message (tenant, message_id, case_id, thread_id, own_key, ref_keys, refs, weak, base_subject, pin, pin_auto,
			internet_message_id, identity, is_reconstructed, direction, source, kind, from_name, from_address, from_key, subject,
			sent_at, sent_precision, received_at, submitted_by, comment, text, new_text, html, remote_images, sanitiser_version,
			source_sha256, delivery_id, is_own_source, defects)
		values (p_tenant, file_message.message_id, file_message.case_id, v_place.o_root, p_keys[1], p_ref_keys, p_refs, p_weak and cardinality(p_refs) > 0, p_base_subject, v_pin, v_pin_auto,
			p_internet_message_id, p_identity, p_is_reconstructed, p_direction, p_source, p_kind, p_from_name, p_from_address, p_from_key, p_subject,
			p_sent_at, p_sent_precision, p_received_at, p_user, p_comment, p_text, p_new_text, p_html, p_remote_images, p_sanitiser_version,
			p_source_sha256, p_delivery, p_is_own_source, p_defects);
		perform message_rows(p_tenant, message_id, case_id, p_roles, p_names, p_addresses, p_address_keys, p_agents,
			p_filenames, p_types, p_sizes, p_sha256s, p_content_ids, p_inlines);
	end if;

	insert into delivery_message_row (tenant, delivery_id, message_id, position, comment)
		values (p_tenant, p_delivery, file_message.message_id, p_position, p_comment) on conflict do nothing;
	insert into message_comment (tenant, message_id, delivery_id, position, author_name, author_address, at, text)
		select p_tenant, file_message.message_id, p_delivery, u.i, u.n, u.a, u.at, u.t
		from unnest(p_comment_names, p_comment_addresses, p_comment_times, p_comment_texts) with ordinality u(n, a, at, t, i)
		where not exists (select from message_comment c where c.tenant = p_tenant and c.message_id = file_message.message_id
			and c.text = u.t and c.author_address is not distinct from u.a)
		on conflict do nothing;
	if found and outcome = 'duplicate' then
		perform event_add(p_tenant, 'comment_added', case_id, message_id, p_delivery);
	end if;
	if outcome = 'held' then
		perform evidence_of_keys(p_tenant, p_delivery, p_position, v_places, null, false);
		if p_pin_case is not null then
			perform evidence_add(p_tenant, p_delivery, p_position, case_final(p_tenant, p_pin_case), null, 'token', null, 'suggestion');
		end if;
		perform evidence_by_subject(p_tenant, p_delivery, p_position, p_base_subject, p_people, p_sent_at, null);
		return;
	end if;

	if v_place.o_disturbed and outcome = 'filed' and (v_place.o_branched or p_weak or v_pin is not null) then
		perform settle(p_tenant, v_place.o_root);
		select m.case_id into case_id from message m where m.tenant = p_tenant and m.message_id = file_message.message_id;
	end if;
	perform evidence_of_keys(p_tenant, p_delivery, p_position, v_places, case_id, true);
	if p_pin_case is not null then
		perform evidence_add(p_tenant, p_delivery, p_position, case_final(p_tenant, p_pin_case), case_id, 'token', null,
			case when v_pin is null then 'suggestion' else 'certain' end);
	end if;
	if opened then
		perform evidence_add(p_tenant, p_delivery, p_position, case_id, case_id, 'new', null, 'certain');
		if evidence_by_subject(p_tenant, p_delivery, p_position, p_base_subject, p_people, p_sent_at, case_id) > 0 then
			perform event_add(p_tenant, 'match_suggested', case_id, message_id, p_delivery);
		end if;
	elsif not exists (select from evidence e where e.tenant = p_tenant and e.delivery_id = p_delivery and e.chosen and e.position / 1000 = p_position) then
		perform evidence_add(p_tenant, p_delivery, p_position, case_id, case_id,
			case when p_known is not null then 'content' when p_shared_case is not null then 'same_delivery' else 'references' end, null, 'strong');
	end if;
	if outcome = 'filed' then
		perform event_add(p_tenant, 'message_filed', case_id, message_id, p_delivery);
		if p_authority = 'bounce' then
			update message m set send_error = coalesce(p_reason_of(p_text), m.send_error) from unnest(v_places) p
				where m.tenant = p_tenant and m.message_id = p.message_id and m.direction = 'out';
			perform event_add(p_tenant, 'delivery_failed', case_id, p.message_id, p_delivery) from unnest(v_places) p where p.message_id is not null;
		end if;
	end if;
	if p_user is not null and not opened then
		perform member_file(p_tenant, case_id, case when outcome = 'filed' then message_id end, p_user, p_delivery);
	end if;
	if p_authority = 'user' then
		perform held_become_duplicate(p_tenant, message_id, p_delivery);
	end if;
end $$;

-- The rows of a message beside its own.
create function message_rows(p_tenant text, p_message bigint, p_case bigint,
	p_roles text[], p_names text[], p_addresses text[], p_address_keys text[], p_agents boolean[],
	p_filenames text[], p_types text[], p_sizes bigint[], p_sha256s text[], p_content_ids text[], p_inlines boolean[]) returns void language plpgsql as $$
begin
	insert into participant (tenant, message_id, role, position, name, address, address_key, is_agent, case_id)
		select p_tenant, p_message, u.role, u.i, u.name, u.address, u.key, u.agent, p_case
		from unnest(p_roles, p_names, p_addresses, p_address_keys, p_agents) with ordinality u(role, name, address, key, agent, i);
	if cardinality(p_filenames) > 0 then
		insert into attachment (tenant, message_id, position, filename, content_type, size, sha256, content_id, inline)
			select p_tenant, p_message, u.i, u.filename, u.type, u.size, decode(u.sha256, 'hex'), u.content_id, u.inline
			from unnest(p_filenames, p_types, p_sizes, p_sha256s, p_content_ids, p_inlines) with ordinality u(filename, type, size, sha256, content_id, inline, i);
	end if;
end $$;

-- The first line of a bounce's text: what the sender of the failed mail is told.
create function p_reason_of(p_text text) returns text language sql immutable
	return left(coalesce(nullif(btrim(split_part(p_text, E'\n', 1)), ''), 'could not be delivered'), 500);

-- Everything that runs with the caller's own rights. What runs with the owner's is granted where it is made.
do $$
declare
	f regprocedure;
begin
	for f in select p.oid from pg_proc p where p.pronamespace = 'casegate'::regnamespace and not p.prosecdef loop
		execute format('grant execute on function %s to casegate_gateway, casegate_graph, casegate_admin', f);
	end loop;
end $$;
grant usage on all sequences in schema casegate to casegate_gateway, casegate_graph, casegate_admin;
grant delete on message, delivery_message_row, message_comment to casegate_gateway, casegate_graph;

-- Which of these addresses are agent addresses, of this tenant or another: with a token (agent+TOKEN@), plain, or a bare
-- token. An agent is listed and never a participant; whose it is stays unsaid.
create function agents_among(p_addresses text[]) returns table (address text) language plpgsql stable security definer set search_path = casegate, pg_temp as $$
begin
	return query select a.address from unnest(p_addresses) a(address)
		where exists (select from agent_address g where g.address = regexp_replace(a.address, '\+[^@]*@', '@'))
			or exists (select from case_token t where t.token = split_part(a.address, '@', 1));
end $$;
revoke all on function agents_among(text[]) from public;
grant execute on function agents_among(text[]) to casegate_gateway, casegate_graph, casegate_admin;

-- The next released mail that nobody could read, for any tenant; claimed once and for all before it is read, because
-- reading it may kill the reader.
create policy claiming on reparse to casegate_owner using (true) with check (true);
alter table reparse add column claimed_at timestamptz;
create function reparse_claim() returns table (tenant text, delivery_id bigint, message_id bigint, own_key uuid, source_sha256 bytea,
		envelope_from text, received_at timestamptz) language plpgsql security definer set search_path = casegate, pg_temp as $$
#variable_conflict use_column
declare
	r reparse;
begin
	select * into r from reparse q where q.claimed_at is null order by q.requested_at limit 1 for update skip locked;
	if not found then
		return;
	end if;
	update reparse q set claimed_at = now() where q.tenant = r.tenant and q.delivery_id = r.delivery_id;
	perform set_config('casegate.tenant', r.tenant, true);
	return query select d.tenant, d.delivery_id, m.message_id, m.own_key, d.source_sha256, d.envelope_from, d.received_at
		from delivery d join message m on m.tenant = d.tenant and m.message_id = r.message_id
		where d.tenant = r.tenant and d.delivery_id = r.delivery_id;
end $$;
revoke all on function reparse_claim() from public;
grant execute on function reparse_claim() to casegate_gateway, casegate_admin;
