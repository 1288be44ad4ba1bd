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

-- What C says of one mail, in six rows (store/message.c fills them).
create type filing as (              -- on whose authority, and where to
	tenant text, delivery_id bigint, position int,
	authority text,                  -- 'user' (a user brought it), 'known' (an outsider, sender), 'bounce', 'hold' (keep it without a case)
	"user" text, sender text,
	pin_case bigint,                 -- of the token in the address
	may_open boolean, may_reopen boolean,
	shared_case bigint,              -- opened by an earlier mail of this delivery
	known bigint,                    -- the message that it already is
	completes boolean, same_content boolean);
create type naming as (              -- what it is called and what it names
	keys uuid[], signals text[], details text[],  -- the own key first
	ref_keys uuid[], refs text[],    -- nearest first
	people text[],                   -- who takes part; of a bounce who did not get the mail
	weak boolean, base_subject text, internet_message_id text, identity text, is_reconstructed boolean,
	side text,                       -- the company outside that it is with
	loose boolean,                   -- a user's answer that names nothing but its subject
	evicts bigint);                  -- the message that was only presumed to have this one's id
create type body as (
	direction text, source text, kind text, from_name text, from_address text, from_key text, subject text, case_subject text,
	sent_at timestamptz, sent_precision text, received_at timestamptz, comment text,
	text text, new_text text, html text, remote_images int, sanitiser_version int, source_sha256 bytea, is_own_source boolean, defects text[]);
create type belongings as (          -- participants and attachments, column by column
	roles text[], names text[], addresses text[], address_keys text[], agents boolean[],
	filenames text[], types text[], sizes bigint[], sha256s text[], content_ids text[], inlines boolean[]);
create type remarks as (             -- what forwarders wrote above, the outermost first
	names text[], addresses text[], times timestamptz[], texts text[]);
create type quotations as (          -- what it says of the mails that it quotes
	from_keys text[], names text[], times timestamptz[], zones boolean[]);

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
create function places_allowed(f filing, n naming, p_places key_place[]) returns key_place[] language plpgsql stable as $$
begin
	case f.authority
	when 'user' then
		return p_places;
	when 'known' then
		return array(select p from unnest(p_places) p where address_takes_part(f.tenant, f.sender, p.case_id) order by p.ord);
	when 'bounce' then
		return array(select p from unnest(p_places) p where exists (
			select from message m join participant a using (tenant, message_id)
			where m.tenant = f.tenant and m.message_id = p.message_id and m.direction = 'out'
				and a.role in ('to', 'cc', 'bcc') and a.address_key = any(n.people)) order by p.ord);
	end case;
end $$;

-- What an outsider's mail names and nobody knows waits as a claim.
create function claims_add(f filing, n naming, p_places key_place[], p_message bigint) returns void language plpgsql as $$
begin
	if f.authority <> 'user' then
		insert into claim (tenant, key, message_id) select distinct f.tenant, k, p_message from unnest(n.ref_keys) k
			where not exists (select from unnest(p_places) p where p.key = k) on conflict do nothing;
	end if;
end $$;

-- Threads whose outsider's mail named this mail before it came, where he takes part in this one.
create function claims_find(f filing, n naming) returns bigint[] language plpgsql stable as $$
declare
	v_messages bigint[] := array(select message_id from claim where tenant = f.tenant and key = n.keys[1]);
begin
	if cardinality(v_messages) = 0 then
		return '{}';
	end if;
	return array(select distinct m.thread_id from message m
		where m.tenant = f.tenant and m.message_id = any(v_messages) and m.from_key = any(n.people)
			and (f.authority = 'user' or (f.authority = 'known' and address_takes_part(f.tenant, f.sender, m.case_id))));
end $$;

create function thread_open(p_tenant text, p_case bigint) returns bigint language plpgsql as $$
declare
	v_thread bigint := nextval('casegate.thread_thread_id_seq');
begin
	insert into thread (tenant, thread_id, root_id, case_id) values (p_tenant, v_thread, v_thread, p_case);
	return v_thread;
end $$;

-- New keys of a thread. Whoever named one of them at this moment was first; then the mail is decided again.
create function keys_add(p_tenant text, p_thread bigint, p_keys uuid[], p_own uuid, p_message bigint) returns void language plpgsql as $$
declare
	v_count int;
begin
	insert into thread_key (tenant, key, thread_id, message_id)
		select p_tenant, k, p_thread, case when k = p_own then p_message end from unnest(p_keys) k order by k on conflict do nothing;
	get diagnostics v_count = row_count;
	if v_count < cardinality(p_keys) then
		raise exception 'another mail named the same one first' using errcode = 'serialization_failure';
	end if;
end $$;

-- Makes the mail the one that its key names. True: it was a ghost, others named it before it came.
create function key_take(p_tenant text, p_key uuid, p_message bigint) returns boolean language plpgsql as $$
declare
	v_message bigint := (select message_id from thread_key where tenant = p_tenant and key = p_key);
begin
	if v_message is null then
		update thread_key set message_id = p_message where tenant = p_tenant and key = p_key;
	elsif v_message <> p_message then
		raise exception 'the same mail was filed meanwhile' using errcode = 'serialization_failure';
	end if;
	return v_message is null;
end $$;

-- An inline forward's id was presumed, and now the mail comes that has it and is another: the forward's names what it
-- was thought to be, and goes by a name of its own. The caller holds the root.
create function message_evict(p_tenant text, p_message bigint) returns void language plpgsql as $$
declare
	v_own uuid := key_of('p', p_message::text);
	m record;
begin
	select own_key, internet_message_id, thread_id into strict m from message where tenant = p_tenant and message_id = p_message;
	insert into thread_key (tenant, key, thread_id, message_id) values (p_tenant, v_own, m.thread_id, p_message);
	update thread_key set message_id = null where tenant = p_tenant and key = m.own_key;
	update message set own_key = v_own, internet_message_id = null, identity = 'content',
		ref_keys = m.own_key || ref_keys, refs = m.internet_message_id || refs where tenant = p_tenant and message_id = p_message;
end $$;

-- Puts a mail's keys into the union and returns its thread's root and case. p_message is the mail itself, new or known;
-- p_case the case for it where nothing matches (null: a new one). Not allowed: nothing was written, the mail is held.
-- disturbed: others' places in the thread may have changed, too.
create function message_place(f filing, n naming, p_places key_place[], p_message bigint, p_case bigint, p_subject text,
	out o_allowed boolean, out o_root bigint, out o_case bigint, out o_opened boolean, out o_branched boolean, out o_disturbed boolean,
	out o_loose boolean, out o_merged boolean) language plpgsql as $$
declare
	v_own uuid := n.keys[1];
	v_threads bigint[] := array(select distinct p.thread_id from unnest(places_allowed(f, n, p_places)) p);
	v_claims bigint[];
	v_insert uuid[];
	v_roots bigint[];
begin
	o_opened := false; o_branched := false; o_disturbed := false; o_merged := false; o_loose := n.loose;
	v_claims := claims_find(f, n);
	v_threads := v_threads || v_claims;
	o_allowed := (cardinality(v_threads) > 0 or f.may_open or p_case is not null)
		and not exists (select from unnest(p_places) p where p.key = v_own and not p.thread_id = any(v_threads));
	if not o_allowed then
		return;
	end if;
	v_insert := array(select distinct k from unnest(n.keys) with ordinality u(k, i)   -- an outsider's mail brings only its own
		where (f.authority = 'user' or i = 1) and not exists (select from unnest(p_places) p where p.key = k) order by k);
	if cardinality(v_threads) = 0 then
		o_opened := p_case is null;
		o_case := coalesce(p_case, case_open(f.tenant, p_subject, f."user"));
		o_root := thread_open(f.tenant, o_case);                -- nobody else can see it: no lock
		perform keys_add(f.tenant, o_root, v_insert, v_own, p_message);
	else
		perform keys_add(f.tenant, v_threads[1], v_insert, v_own, p_message);
		v_roots := lock_roots(f.tenant, v_threads);
		o_root := v_roots[1];
		if cardinality(v_roots) > 1 then
			select j.o_root into o_root from join_roots(f.tenant, v_roots) j;
			o_disturbed := true;
			o_merged := true;
		end if;
		select case_id, branched, loose or n.loose into o_case, o_branched, o_loose from thread where tenant = f.tenant and thread_id = o_root;
	end if;
	if n.evicts is not null then
		perform message_evict(f.tenant, n.evicts);
	end if;
	o_disturbed := key_take(f.tenant, v_own, p_message) or o_disturbed or cardinality(v_claims) > 0;
	if 'quoted_by' = any(n.signals) and f.authority = 'user' then
		update message set quoted_keys = quoted_keys || v_own where tenant = f.tenant and own_key = any(keys_of_signal(n, 'quoted_by'))
			and thread_id in (select p.thread_id from unnest(p_places) p where p.signal = 'quoted_by') and not v_own = any(quoted_keys);
		o_disturbed := true;
	end if;
	o_disturbed := o_disturbed or (o_branched and tells_weak(f.tenant, o_root, n));
end $$;

-- Is there a weak message that waits for somebody to tell its missing ancestors' subject, and does this mail?
create function tells_weak(p_tenant text, p_root bigint, n naming) returns boolean language plpgsql stable as $$
begin
	return exists (select from message w where w.tenant = p_tenant and w.weak and w.thread_id in (select class_of(p_tenant, p_root))
		and w.ref_keys && n.ref_keys and not exists (select from thread_key k
			where k.tenant = p_tenant and k.key = any(w.ref_keys) and k.message_id is not null));
end $$;

-- Where in a branched thread a mail belongs that nobody can refer to yet: only its own place is open.
-- Everything else is settle()'s.
create function branch_find(f filing, n naming, p_message bigint, p_root bigint, p_default bigint,
	out o_case bigint, out o_is_new boolean) language plpgsql as $$
begin
	o_is_new := false;
	if n.weak then
		o_is_new := not coalesce(weak_goes_on(f.tenant, p_root, p_message, n.keys[1], n.ref_keys, n.base_subject), true);
		if o_is_new then
			return;
		end if;
	end if;
	with known as (
		select u.i, a.case_id, a.sent_at, a.message_id from (select x.key, x.i from unnest(n.ref_keys) with ordinality x(key, i)
			union all select x, 0 from unnest(keys_of_signal(n, 'quoted')) x) u
		join thread_key k on k.tenant = f.tenant and k.key = u.key
		join message a on a.tenant = k.tenant and a.message_id = k.message_id
		where a.message_id <> p_message and a.case_id is not null)
	select case_id into o_case from known
		where i = 0 or i = (select min(i) from known where i > 0) order by sent_at desc, message_id limit 1;
	o_case := coalesce(o_case, p_default);
end $$;

-- Moves a message, and what answers it, into a case: a pin. The source's emptied case becomes the target.
create function message_move(p_tenant text, p_message bigint, p_case bigint, p_by_human boolean) returns void language plpgsql as $$
declare
	v_thread bigint;
	v_from bigint;
	v_root bigint;
	v_before jsonb;
begin
	select thread_id, case_id into v_thread, v_from from message where tenant = p_tenant and message_id = p_message;
	if v_from = p_case and not p_by_human then
		return;
	end if;
	perform lock_cases(p_tenant, array[p_case, v_from], array[v_thread]);
	v_root := root_of(p_tenant, v_thread);
	v_before := places_of(v_root) - p_message::text;
	update case_file set touched_at = coalesce(touched_at, now()) where tenant = p_tenant and case_id = p_case;
	update thread set branched = true where tenant = p_tenant and thread_id = v_root;
	update message set pin = p_case, by_human = by_human or p_by_human where tenant = p_tenant and message_id = p_message;
	perform settle(p_tenant, v_root);
	if v_from <> p_case then
		perform event_add(p_tenant, 'message_moved', p_case, p_message, null, jsonb_build_object('from', v_from));
	end if;
	perform moves_tell(v_before, p_message);
	if v_from <> p_case and not p_by_human and not exists (select from message where tenant = p_tenant and case_id = v_from) then
		perform unite_cases(p_tenant, v_from, p_case, null);
	end if;
end $$;

-- Gives a held message its thread and key, and puts it into a case by a human's word. He vouches for the mail, not
-- for all that it names: only its own key enters.
create function message_attach(p_tenant text, p_message bigint, p_case bigint) returns void language plpgsql as $$
declare
	m record;
	f filing;
	n naming;
	v_place record;
begin
	select own_key, subject into strict m from message where tenant = p_tenant and message_id = p_message for update;
	if exists (select from thread_key where tenant = p_tenant and key = m.own_key and message_id is not null) then
		m.own_key := key_of('r', p_message::text);                -- its id was taken meanwhile: a message of its own
		update message set own_key = m.own_key, identity = 'reused' where tenant = p_tenant and message_id = p_message;
	end if;
	f.tenant := p_tenant;
	f.authority := 'user';
	n.keys := array[m.own_key];
	select * into v_place from message_place(f, n, array(select k from keys_find(p_tenant, n.keys, array['message_id'], array[null::text]) k),
		p_message, p_case, m.subject);
	update thread set branched = true where tenant = p_tenant and thread_id = v_place.o_root;
	update message set case_id = p_case, thread_id = v_place.o_root, pin = p_case, by_human = true where tenant = p_tenant and message_id = p_message;
	update case_file set touched_at = coalesce(touched_at, now()) where tenant = p_tenant and case_id = p_case;
	if v_place.o_disturbed then
		perform settle(p_tenant, v_place.o_root);
	end if;
end $$;

-- A mail was held, and now a user brought it: the held delivery is a duplicate of it.
create function held_end(p_tenant text, p_held bigint, p_message bigint, p_delivery bigint, p_signal text, p_detail text, p_strength text)
	returns void language plpgsql as $$
declare
	v_waiting bigint;
	v_case bigint := (select case_id from message where tenant = p_tenant and message_id = p_message);
begin
	select held_message into v_waiting from delivery where tenant = p_tenant and delivery_id = p_held and outcome = 'held' for update;
	if v_waiting is null then
		return;                                                -- a person was quicker
	end if;
	update delivery set outcome = 'duplicate', message_id = p_message, held_message = null where tenant = p_tenant and delivery_id = p_held;
	perform message_drop(p_tenant, v_waiting);
	insert into delivery_message_row (tenant, delivery_id, message_id, position) values (p_tenant, p_held, p_message, 0) on conflict do nothing;
	perform evidence_add(p_tenant, p_held, 0, v_case, v_case, p_signal, p_detail, p_strength);
	perform resends_follow(p_tenant, p_held, p_message);
	perform event_add(p_tenant, 'mail_released', v_case, p_message, p_held, jsonb_build_object('brought_by', p_delivery));
end $$;

-- By its Message-ID. (What was brought in a text without one is found by its content: store/waiting.c.)
create function held_become_duplicate(p_tenant text, p_message bigint, p_delivery bigint) returns void language sql
begin atomic
	select held_end(p_tenant, d.delivery_id, p_message, p_delivery, 'message_id', d.internet_message_id, 'certain')
		from delivery d join message m on m.tenant = d.tenant and m.message_id = p_message
		join message h on h.tenant = d.tenant and h.message_id = d.held_message
		where d.tenant = p_tenant and d.outcome = 'held' and d.internet_message_id = m.internet_message_id and d.delivery_id <> p_delivery
			and h.from_key is not distinct from m.from_key and h.base_subject = m.base_subject
		order by d.delivery_id;
end;

-- Removes a message that never lay in a case. Its bytes stay with the delivery.
create function message_drop(p_tenant text, p_message bigint) returns void language sql
begin atomic
	delete from participant where tenant = p_tenant and message_id = p_message;
	delete from said where tenant = p_tenant and message_id = p_message;
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
				when r.signal in ('thread_index', 'conversation', 'presumed_id', 'content', 'quoted', 'quoted_by', 'same_quote') then 'strong' else 'certain' end);
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

-- The rows of a message beside its own.
create function message_rows(p_tenant text, p_message bigint, p_case bigint, b belongings) returns void language plpgsql as $$
begin
	insert into participant (tenant, message_id, role, position, name, address, address_key, is_agent, case_id)
		select p_tenant, p_message, u.role, u.i, u.name, u.address, u.key, u.agent, p_case
		from unnest(b.roles, b.names, b.addresses, b.address_keys, b.agents) with ordinality u(role, name, address, key, agent, i);
	if cardinality(b.filenames) > 0 then
		insert into attachment (tenant, message_id, position, filename, content_type, size, sha256, content_id, inline)
			select p_tenant, p_message, u.i, u.filename, u.type, u.size, decode(u.sha256, 'hex'), u.content_id, u.inline
			from unnest(b.filenames, b.types, b.sizes, b.sha256s, b.content_ids, b.inlines) with ordinality u(filename, type, size, sha256, content_id, inline, i);
	end if;
end $$;

create function keys_of_signal(n naming, p_signal text) returns uuid[] language plpgsql immutable as $$
begin
	return case when p_signal = any(n.signals) then array(select k from unnest(n.keys, n.signals) u(k, s) where s = p_signal) else '{}' end;
end $$;

create function message_insert(f filing, n naming, m body, b belongings, q quotations, p_message bigint, p_case bigint, p_thread bigint, p_pin bigint, p_pin_auto bigint)
	returns void language plpgsql as $$
begin
	insert into message (tenant, message_id, case_id, thread_id, own_key, ref_keys, refs, quoted_keys, side, loose, weak, base_subject, pin, pin_auto,
		internet_message_id, identity, is_reconstructed, direction, source, kind, from_name, from_address, from_key, subject,
		sent_at, sent_precision, received_at, submitted_by, comment, text, new_text, html, remote_images, sanitiser_version,
		source_sha256, delivery_id, is_own_source, defects)
	values (f.tenant, p_message, p_case, p_thread, n.keys[1], n.ref_keys, n.refs, keys_of_signal(n, 'quoted'),
		n.side, n.loose, n.weak, n.base_subject, p_pin, p_pin_auto,
		n.internet_message_id, n.identity, n.is_reconstructed, m.direction, m.source, m.kind, m.from_name, m.from_address, m.from_key, m.subject,
		m.sent_at, m.sent_precision, m.received_at, f."user", m.comment, m.text, m.new_text, m.html, m.remote_images, m.sanitiser_version,
		m.source_sha256, f.delivery_id, m.is_own_source, m.defects);
	perform message_rows(f.tenant, p_message, p_case, b);
	insert into said (tenant, message_id, position, base_subject, from_key, name, at, has_zone)
		select f.tenant, p_message, u.i, n.base_subject, u.from_key, u.name, u.at, u.zone
		from unnest(q.from_keys, q.names, q.times, q.zones) with ordinality u(from_key, name, at, zone, i);
end $$;

-- The real mail came: it replaces what was taken from a text, or what we sent. Its place, comments and submitter stay.
create function message_complete(f filing, n naming, m body, b belongings, p_case bigint) returns void language plpgsql as $$
begin
	update thread_key k set message_id = null from message x         -- a wrongly presumed id is free again
		where x.tenant = f.tenant and x.message_id = f.known and x.identity = 'presumed' and x.own_key <> n.keys[1]
			and k.tenant = x.tenant and k.key = x.own_key;
	perform event_add(f.tenant, 'send_state', p_case, x.message_id, f.delivery_id, '{"state": "sent"}') from message x
		where x.tenant = f.tenant and x.message_id = f.known and x.send_state <> 'sent';
	update message x set internet_message_id = coalesce(n.internet_message_id, x.internet_message_id), identity = n.identity, is_reconstructed = false,
		kind = m.kind, from_name = coalesce(m.from_name, x.from_name), from_address = coalesce(m.from_address, x.from_address),
		from_key = coalesce(nullif(m.from_key, ''), x.from_key), subject = m.subject, base_subject = n.base_subject, direction = m.direction,
		sent_at = m.sent_at, sent_precision = m.sent_precision, text = m.text, new_text = m.new_text, html = m.html,
		remote_images = m.remote_images, sanitiser_version = m.sanitiser_version, source_sha256 = m.source_sha256,
		is_own_source = m.is_own_source, delivery_id = f.delivery_id, defects = m.defects, ref_keys = n.ref_keys, refs = n.refs,
		own_key = n.keys[1], other_keys = case when x.own_key = n.keys[1] or x.identity = 'presumed' then x.other_keys else x.other_keys || x.own_key end,
		send_state = case when x.send_state is not null then 'sent' end, send_error = case when x.send_state = 'sent' then x.send_error end
		where x.tenant = f.tenant and x.message_id = f.known;
	delete from participant a where a.tenant = f.tenant and a.message_id = f.known;
	delete from attachment a where a.tenant = f.tenant and a.message_id = f.known;
	perform message_rows(f.tenant, f.known, p_case, b);
	perform event_add(f.tenant, 'message_completed', p_case, f.known, f.delivery_id);
end $$;

-- Who brings a known mail sees it if he is in its From, To or Cc, or brought the same content.
create function message_show(f filing) returns void language plpgsql as $$
begin
	if f.same_content or exists (select from user_address u join participant a on a.tenant = u.tenant and a.address_key = u.address
			where u.tenant = f.tenant and u."user" = f."user" and a.message_id = f.known and a.role in ('from', 'to', 'cc')) then
		insert into message_sight (tenant, message_id, "user", may) values (f.tenant, f.known, f."user", true)
			on conflict (tenant, message_id, "user") do update set may = true;
	end if;
end $$;

-- A known mail brought with a case's token moves there, if the bringer may see the case it lies in and no human put it there.
create function known_pin(f filing, p_case bigint, p_pin bigint) returns bigint language plpgsql as $$
declare
	m record;
begin
	select by_human, submitted_by into m from message where tenant = f.tenant and message_id = f.known;
	if p_pin is null or p_pin = p_case or m.by_human then
		return p_case;
	end if;
	if m.submitted_by = f."user"
			or exists (select from case_member c where c.tenant = f.tenant and c.case_id = p_case and c."user" = f."user" and c.removed_at is null)
			or exists (select from tenant_user u where u.tenant = f.tenant and u."user" = f."user" and u.role = 'all') then
		perform message_move(f.tenant, f.known, p_pin, false);
		return p_pin;
	end if;
	perform event_add(f.tenant, 'match_suggested', p_pin, f.known, f.delivery_id);
	return p_case;
end $$;

-- A mail that is here already: what this copy adds to it. Returns its case.
create function known_file(f filing, n naming, m body, b belongings, p_pin bigint) returns bigint language plpgsql as $$
declare
	v_was record;
	v_case bigint;
begin
	select x.case_id, x.is_reconstructed into v_was from message x where x.tenant = f.tenant and x.message_id = f.known;
	v_case := known_pin(f, v_was.case_id, p_pin);
	if f.completes and v_was.is_reconstructed then
		perform message_complete(f, n, m, b, v_case);
	elsif n.internet_message_id is not null then         -- the id of a mail that had none
		update message x set internet_message_id = n.internet_message_id, identity = n.identity
			where x.tenant = f.tenant and x.message_id = f.known and x.internet_message_id is null;
	end if;
	update message x set other_keys = other_keys || n.keys[1]
		where x.tenant = f.tenant and x.message_id = f.known and x.own_key <> n.keys[1] and not n.keys[1] = any(x.other_keys);
	if f."user" is not null then
		perform message_show(f);
	end if;
	return v_case;
end $$;

-- Which case of its thread a new mail belongs to: the token's, a branch's, or the thread's. p_place: message_place()'s answer.
create function case_choose(f filing, n naming, m body, p_message bigint, p_place record,
	inout io_pin bigint, out o_pin_auto bigint, out o_case bigint, out o_opened boolean) language plpgsql as $$
declare
	v_branch record;
begin
	o_opened := p_place.o_opened;
	o_case := p_place.o_case;
	if io_pin is not null then
		o_case := io_pin;
		update case_file set touched_at = now() where tenant = f.tenant and case_id = io_pin and touched_at is null;
		if p_place.o_case <> io_pin then
			update thread set branched = true where tenant = f.tenant and thread_id = p_place.o_root and not branched;
		end if;
	elsif n.weak or p_place.o_branched then
		update thread set branched = true where tenant = f.tenant and thread_id = p_place.o_root and not branched;
		select * into v_branch from branch_find(f, n, p_message, p_place.o_root, p_place.o_case);
		if v_branch.o_is_new then
			o_pin_auto := case_open(f.tenant, m.case_subject, f."user");
			o_case := o_pin_auto;
			o_opened := true;
		else
			o_case := case_final(f.tenant, v_branch.o_case);
		end if;
	end if;
end $$;

-- A person's mail for a closed case reopens it, or continues it in a new linked case (a pin), or must be held (null).
create function case_closed_for(f filing, m body, p_thread bigint, p_case bigint, inout io_pin bigint, out o_case bigint, out o_opened boolean)
	language plpgsql as $$
declare
	v_answer text := closed_answer(f.tenant, p_case);
begin
	o_case := p_case;
	o_opened := false;
	if v_answer = 'open' or not f.may_reopen then
		return;
	end if;
	if v_answer = 'reopen' or io_pin is not null then
		update case_file set state = 'open', closed_at = null where tenant = f.tenant and case_id = p_case;
		perform event_add(f.tenant, 'case_state', p_case, null, f.delivery_id, '{"state": "open"}');
	elsif v_answer = 'new' then
		o_case := case_open(f.tenant, m.case_subject, f."user");
		o_opened := true;
		io_pin := o_case;
		update case_file set linked_to = p_case where tenant = f.tenant and case_id = o_case;
		update thread set branched = true where tenant = f.tenant and thread_id = p_thread;
	else
		o_case := null;
	end if;
end $$;

-- Notes which mail the delivery brought, and what its bringers wrote above. The same comment is kept once.
create function message_bring(f filing, r remarks, p_message bigint, p_case bigint, p_comment text) returns void language plpgsql as $$
begin
	insert into delivery_message_row (tenant, delivery_id, message_id, position, comment)
		values (f.tenant, f.delivery_id, p_message, f.position, p_comment) on conflict do nothing;
	insert into message_comment (tenant, message_id, delivery_id, position, author_name, author_address, at, text)
		select f.tenant, p_message, f.delivery_id, u.i, u.name, u.address, u.at, u.text
		from unnest(r.names, r.addresses, r.times, r.texts) with ordinality u(name, address, at, text, i)
		where not exists (select from message_comment c where c.tenant = f.tenant and c.message_id = p_message
			and c.text = u.text and c.author_address is not distinct from u.address);
	if found and f.known is not null then
		perform event_add(f.tenant, 'comment_added', p_case, p_message, f.delivery_id);
	end if;
end $$;

-- Why: what the mail named, the token, and what else might fit. p_case null: it is held.
create function evidence_file(f filing, n naming, p_places key_place[], p_sent_at timestamptz, p_message bigint, p_case bigint, p_opened boolean, p_is_pinned boolean)
	returns void language plpgsql as $$
begin
	perform evidence_of_keys(f.tenant, f.delivery_id, f.position, p_places, p_case, p_case is not null);
	if f.pin_case is not null then
		perform evidence_add(f.tenant, f.delivery_id, f.position, case_final(f.tenant, f.pin_case), p_case, 'token', null,
			case when p_is_pinned then 'certain' else 'suggestion' end);
	end if;
	if n.identity = 'reused' then                        -- another mail has its id: a message of its own, marked
		perform evidence_add(f.tenant, f.delivery_id, f.position, m.case_id, null, 'reused_id', n.internet_message_id, 'suggestion')
			from thread_key k join message m on m.tenant = k.tenant and m.message_id = k.message_id
			where k.tenant = f.tenant and k.key = key_of('m', n.internet_message_id);
	end if;
	if p_opened then
		perform evidence_add(f.tenant, f.delivery_id, f.position, p_case, p_case, 'new', null, 'certain');
	elsif n.loose and f.known is null and not p_is_pinned and cardinality(p_places) = 0 then
		perform evidence_add(f.tenant, f.delivery_id, f.position, p_case, p_case, 'subject', n.base_subject, 'strong');
	elsif p_case is not null and not exists (select from evidence e
			where e.tenant = f.tenant and e.delivery_id = f.delivery_id and e.chosen and e.position / 1000 = f.position) then
		perform evidence_add(f.tenant, f.delivery_id, f.position, p_case, p_case,
			case when f.known is not null then 'content' when f.shared_case is not null then 'same_delivery' else 'references' end, null, 'strong');
	end if;
	if (p_opened or p_case is null) and evidence_by_subject(f.tenant, f.delivery_id, f.position, n.base_subject, n.people, p_sent_at, p_case) > 0
			and p_opened then
		perform event_add(f.tenant, 'match_suggested', p_case, p_message, f.delivery_id);
	end if;
end $$;

-- The outgoing mails that a bounce reports on did not arrive.
create function bounce_note(f filing, p_places key_place[], p_case bigint, p_people text[], p_text text) returns void language plpgsql as $$
begin
	update message m set send_error = left(concat_ws(': ', nullif(array_to_string(p_people, ', '), ''),
			coalesce(nullif(btrim(split_part(p_text, E'\n', 1)), ''), 'could not be delivered')), 500)
		from unnest(p_places) p where m.tenant = f.tenant and m.message_id = p.message_id and m.direction = 'out';
	perform event_add(f.tenant, 'delivery_failed', p_case, p.message_id, f.delivery_id) from unnest(p_places) p where p.message_id is not null;
end $$;

-- Keeps a mail without a case or keys; a human decides.
create function message_hold(f filing, n naming, m body, b belongings, r remarks, q quotations, p_message bigint, p_places key_place[]) returns void language plpgsql as $$
begin
	perform message_insert(f, n, m, b, q, p_message, null, null, null, null);
	perform message_bring(f, r, p_message, null, m.comment);
	perform evidence_file(f, n, p_places, m.sent_at, p_message, null, false, false);
end $$;

-- Files, holds or recognises one mail of a delivery. outcome: filed, duplicate, held; or 'hold': it may join nothing,
-- nothing may stay written, the caller rolls back and calls again with the authority 'hold'.
create function file_message(f filing, n naming, m body, b belongings, r remarks, q quotations,
	out outcome text, out message_id bigint, out case_id bigint, out opened boolean, out reason text) language plpgsql as $$
declare
	v_places key_place[] := array(select k from keys_find(f.tenant, n.keys, n.signals, n.details) k);
	v_pin bigint := case_final(f.tenant, f.pin_case);
	v_matters bigint[] := '{}';
	v_before jsonb;
	v_place record;
	v_case record;
begin
	n.weak := n.weak and cardinality(n.refs) > 0;
	n.loose := n.loose and f.authority = 'user' and f.pin_case is null;
	if f.authority = 'hold' then
		f.known := null;                                     -- what waits is a mail of its own
	end if;
	message_id := coalesce(f.known, nextval('casegate.message_message_id_seq'));
	opened := false;
	if f.authority = 'hold' then
		outcome := 'held';
		perform message_hold(f, n, m, b, r, q, message_id, v_places);
		return;
	end if;
	if f.authority = 'bounce' or (f.authority = 'known' and not address_takes_part(f.tenant, f.sender, v_pin)) then
		v_pin := null;                                       -- a token proves nothing about who has it
	end if;
	outcome := 'hold';
	if n.loose and f.known is null and cardinality(v_places) = 0 then
		v_matters := matters_of(f.tenant, null, n.base_subject, n.side, m.sent_at);
	end if;
	select * into v_place from message_place(f, n, v_places, message_id,
		coalesce(v_pin, f.shared_case, case when cardinality(v_matters) = 1 then v_matters[1] end), m.case_subject);
	if not v_place.o_allowed then
		return;
	end if;
	if f.known is not null then
		case_id := known_file(f, n, m, b, v_pin);
		perform claims_add(f, n, v_places, f.known);
		if v_place.o_branched and v_place.o_disturbed then
			v_before := places_of(v_place.o_root);
			perform settle(f.tenant, v_place.o_root);
			perform moves_tell(v_before, message_id);
			case_id := (select x.case_id from message x where x.tenant = f.tenant and x.message_id = f.known);
		end if;
		outcome := 'duplicate';
	else
		select * into v_case from case_choose(f, n, m, message_id, v_place, v_pin) x;
		v_pin := v_case.io_pin;
		case_id := v_case.o_case;
		opened := v_case.o_opened;
		if not opened then
			select x.io_pin, x.o_case, x.o_opened into v_pin, case_id, opened from case_closed_for(f, m, v_place.o_root, case_id, v_pin) x;
			if case_id is null then
				reason := 'the case is closed';
				return;
			end if;
		end if;
		perform message_insert(f, n, m, b, q, message_id, case_id, v_place.o_root, v_pin, v_case.o_pin_auto);
		perform claims_add(f, n, v_places, message_id);
		if v_place.o_disturbed and (v_place.o_branched or n.weak or v_pin is not null) then
			v_before := places_of(v_place.o_root) - message_id::text;
			perform settle(f.tenant, v_place.o_root);
			perform moves_tell(v_before, message_id);
			case_id := (select x.case_id from message x where x.tenant = f.tenant and x.message_id = file_message.message_id);
		end if;
		outcome := 'filed';
		perform event_add(f.tenant, 'message_filed', case_id, message_id, f.delivery_id);
	end if;
	if n.loose and outcome = 'filed' then
		update thread set loose = true, by_subject = by_subject or (v_pin is null and cardinality(v_matters) = 1)
			where tenant = f.tenant and thread_id = v_place.o_root;
	end if;
	case_id := subject_look(f, n, m, v_place, message_id, case_id, cardinality(v_matters) = 1);
	perform message_bring(f, r, message_id, case_id, m.comment);
	perform evidence_file(f, n, v_places, m.sent_at, message_id, case_id, opened, f.pin_case is not null and v_pin is not null);
	if f.authority = 'bounce' and outcome = 'filed' then
		perform bounce_note(f, v_places, case_id, n.people, m.text);
	end if;
	if f."user" is not null and not opened then
		perform member_file(f.tenant, case_id, case when outcome = 'filed' then message_id end, f."user", f.delivery_id);
	end if;
	if f.authority = 'user' then
		perform held_become_duplicate(f.tenant, message_id, f.delivery_id);
	end if;
end $$;

-- Whose place by its subject may this mail have changed: that of its own class, that of others? Returns its case.
create function subject_look(f filing, n naming, m body, p_place record, p_message bigint, p_case bigint, p_is_decided boolean) returns bigint
	language plpgsql as $$
begin
	if p_place.o_loose and not p_is_decided then
		perform class_look(f.tenant, p_place.o_root);
	end if;
	if m.kind in ('mail', 'calendar') then
		perform loose_look(f.tenant, n.base_subject, n.side, m.sent_at);
	end if;
	if p_place.o_merged then                             -- two matters of another subject may have become one
		perform loose_look(f.tenant, x.base_subject, x.side, x.sent_at) from (
			select distinct on (a.base_subject, a.side) a.base_subject, a.side, a.sent_at from message a
			where a.tenant = f.tenant and a.thread_id in (select class_of(f.tenant, p_place.o_root)) and a.side is not null
				and (a.base_subject, a.side) is distinct from (n.base_subject, n.side)) x;
	end if;
	return case when p_place.o_loose or p_place.o_merged then (select a.case_id from message a where a.tenant = f.tenant and a.message_id = p_message)
		else p_case end;
end $$;

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
