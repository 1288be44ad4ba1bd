-- Where a filed mail belongs: its keys enter the union, which leads to a thread and a case. Who the sender is, what the
-- mail is and whether it is already here was decided in C (store/plan.c, store/identity.c).

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
	evicts bigint,                   -- the message that was only presumed to have this one's id
	reuses boolean,                  -- their sender gives one id to many mails
	listed boolean,                  -- a mailing list sent this copy
	joins bigint);                   -- a second message that it is: texts of it, under the id that their forwards presumed
create type body as (
	direction text, source text, kind text, from_name text, from_address text, from_key text, subject text, case_subject text,
	sent_at timestamptz, sent_precision text, sent_zone boolean, received_at timestamptz, comment text,
	text text, new_text text, html text, remote_images int, sanitiser_version int, source_sha256 bytea, is_own_source boolean, defects text[]);
create type belongings as (          -- participants and attachments, column by column
	roles text[], names text[], addresses text[], address_keys text[], agents boolean[],
	filenames text[], types text[], sizes bigint[], sha256s text[], content_ids text[], inlines boolean[]);
create type remarks as (             -- what forwarders wrote above, the outermost first
	names text[], addresses text[], times timestamptz[], texts text[]);
create type quotations as (          -- what it says of the mails that it quotes, a row for each base subject that one may have
	positions int[], base_subjects text[], from_keys text[], names text[], times timestamptz[], zones boolean[], subjects text[]);

-- What a mail's keys lead to: one row for each key that is known here. A key's case is that of its message,
-- of a ghost that of its thread. (Offset 0: key by key, however few rows the tables had when this was planned.)
create type key_place as (key uuid, signal text, detail text, ord bigint, thread_id bigint, message_id bigint, case_id bigint);
create function keys_find(p_tenant text, p_keys uuid[], p_signals text[], p_details text[]) returns setof key_place language sql stable
begin atomic
	select u.key, u.signal, u.detail, u.ord, p.thread_id, p.message_id, p.case_id
	from unnest(p_keys, p_signals, p_details) with ordinality u(key, signal, detail, ord)
	cross join lateral (
		select k.thread_id, k.message_id, coalesce(m.case_id,
			case when r.root_id = r.thread_id then r.case_id
				else (select t.case_id from thread t where t.tenant = p_tenant and t.thread_id = root_of(p_tenant, r.thread_id)) end) as case_id
		from thread_key k
		join thread h on h.tenant = p_tenant and h.thread_id = k.thread_id
		join thread r on r.tenant = p_tenant and r.thread_id = h.root_id
		left join message m on m.tenant = p_tenant and m.message_id = k.message_id
		where k.tenant = p_tenant and k.key = u.key offset 0) p;
end;

-- May this sender's mail join by what it names? A user's may by all of it. An outsider's only where he took part
-- before; a bounce's only to an outgoing mail that one of its failed recipients got, or where it lies itself. The rest are suggestions.
create function places_allowed(f filing, n naming, p_places key_place[]) returns key_place[] language plpgsql stable as $$
begin
	case f.authority
	when 'known' then
		return array(select p from unnest(p_places) p where address_takes_part(f.tenant, f.sender, p.case_id) order by p.ord);
	when 'bounce' then
		return array(select p from unnest(p_places) p where p.message_id = f.known or exists (
			select from message m join participant a using (tenant, message_id)
			where m.tenant = f.tenant and m.message_id = p.message_id and m.direction = 'out'
				and a.role in ('to', 'cc', 'bcc') and a.address_key = any(n.people)) order by p.ord);
	end case;
end $$;

create function places_threads(p_places key_place[]) returns bigint[] language plpgsql immutable as $$
declare
	v_place key_place;
	v_threads bigint[] := '{}';
begin
	foreach v_place in array p_places loop
		if not v_place.thread_id = any(v_threads) then
			v_threads := v_threads || v_place.thread_id;
		end if;
	end loop;
	return v_threads;
end $$;

-- What an outsider's mail names and is not here waits as a claim; and what a user's bounce reports on, here or not: its other
-- copies must have gone to the same people. Returns how much.
create function claims_add(f filing, n naming, p_places key_place[], p_message bigint) returns int language plpgsql as $$
declare
	v_count int;
begin
	insert into claim (tenant, key, message_id, people) select distinct f.tenant, k, p_message,
			case when f.authority in ('bounce', 'user') then array(select hashtext(a) from unnest(n.people) a) end
		from unnest(case f.authority when 'user' then n.ref_keys[:1] else n.ref_keys end) k
		where f.authority = 'user' or not exists (select from unnest(p_places) p where p.key = k and p.message_id is not null) on conflict do nothing;
	get diagnostics v_count = row_count;
	return v_count;
end $$;

-- Threads whose outsider's mail named this mail before it came, where he takes part in this one; or whose bounce reports on it.
create function claims_find(f filing, n naming, p_is_out boolean) returns bigint[] language plpgsql stable as $$
begin
	return array(select distinct m.thread_id from claim c join message m using (tenant, message_id)
		where c.tenant = f.tenant and c.key = n.keys[1] and m.thread_id is not null
			and case when c.people is null then m.from_key = any(n.people)
				else p_is_out and c.people && array(select hashtext(a) from unnest(n.people) a) end
			and (f.authority = 'user' or (f.authority = 'known' and address_takes_part(f.tenant, f.sender, m.case_id))));
end $$;

create function thread_open(p_tenant text, p_case bigint, p_base_subject text) returns bigint language plpgsql as $$
declare
	v_thread bigint := nextval('casegate.thread_thread_id_seq');
begin
	insert into thread (tenant, thread_id, root_id, case_id, subject_mark)
		values (p_tenant, v_thread, v_thread, p_case, subject_mark(p_base_subject));
	return v_thread;
end $$;

-- New keys of a thread. Whoever named one of them at this moment was first; then the mail is decided again.
create function keys_add(p_tenant text, p_thread bigint, p_keys uuid[], p_own uuid, p_message bigint) returns int language plpgsql as $$
declare
	v_count int := 0;
begin
	if cardinality(p_keys) > 0 then
		insert into thread_key (tenant, key, thread_id, message_id)
			select p_tenant, k, p_thread, case when k = p_own then p_message end from unnest(p_keys) k order by k on conflict do nothing;
		get diagnostics v_count = row_count;
	end if;
	if v_count < cardinality(p_keys) then
		raise exception 'another mail named the same one first' using errcode = 'serialization_failure';
	end if;
	return v_count;
end $$;

-- The locked root of one thread, at once; none where it was merged while we waited.
create function root_lock(p_tenant text, p_thread bigint, out o_root bigint, out o_case bigint, out o_branched boolean, out o_loose boolean,
	out o_mark int) language plpgsql as $$
begin
	select t.thread_id, t.case_id, t.branched, t.loose, t.subject_mark into o_root, o_case, o_branched, o_loose, o_mark
		from thread h join thread t on t.tenant = h.tenant and t.thread_id = h.root_id
		where h.tenant = p_tenant and h.thread_id = p_thread and t.root_id = t.thread_id for no key update of t;
end $$;

-- The locked root of these threads, which become one.
create function roots_unite(p_tenant text, p_threads bigint[], out o_root bigint, out o_case bigint, out o_branched boolean, out o_loose boolean,
	out o_mark int, out o_merged boolean) language plpgsql as $$
declare
	v_roots bigint[] := lock_roots(p_tenant, p_threads);
begin
	if cardinality(v_roots) = 0 then
		raise exception 'a thread was erased meanwhile' using errcode = 'serialization_failure';
	end if;
	o_root := v_roots[1];
	o_merged := cardinality(v_roots) > 1;
	if o_merged then
		select j.o_root into o_root from join_roots(p_tenant, v_roots) j;
	end if;
	select case_id, branched, loose, subject_mark into o_case, o_branched, o_loose, o_mark from thread where tenant = p_tenant and thread_id = o_root;
end $$;

-- Makes the mail the one that its key names. True: it was a ghost, others named it before it came.
create function key_take(p_tenant text, p_key uuid, p_message bigint) returns boolean language plpgsql as $$
begin
	update thread_key set message_id = p_message where tenant = p_tenant and key = p_key and message_id is null;
	if found then
		return true;
	end if;
	if (select message_id from thread_key where tenant = p_tenant and key = p_key) is distinct from p_message then
		raise exception 'the same mail was filed meanwhile' using errcode = 'serialization_failure';
	end if;
	return false;
end $$;

-- A message loses an id that was only presumed. If it went by that, it goes by a name of its own, in this thread.
create function message_disown(p_tenant text, p_message bigint, p_id_key uuid, p_thread bigint) returns void language plpgsql as $$
declare
	v_own uuid := key_of('p', p_message::text);
begin
	update thread_key set message_id = null where tenant = p_tenant and key = p_id_key;
	update message set internet_message_id = null, identity = 'content', nameless = true
		where tenant = p_tenant and message_id = p_message and key_of('m', internet_message_id) = p_id_key;
	update message set other_keys = array_remove(other_keys, p_id_key), presumed_keys = array_remove(presumed_keys, p_id_key)
		where tenant = p_tenant and message_id = p_message;
	update message set own_key = v_own where tenant = p_tenant and message_id = p_message and own_key = p_id_key;
	if found then
		insert into thread_key (tenant, key, thread_id, message_id) values (p_tenant, v_own, p_thread, p_message);
	end if;
end $$;

-- An inline forward's id was presumed, and now the mail comes that has it and is another: the forward's names what it
-- was thought to be, if their subjects say so (weak). What the mail itself names says more. The caller holds the root.
create function message_evict(p_tenant text, p_message bigint, p_key uuid, p_id text) returns void language plpgsql as $$
declare
	m record;
begin
	select thread_id into m from message where tenant = p_tenant and message_id = p_message;
	if not found then
		raise exception 'a mail was erased meanwhile' using errcode = 'serialization_failure';
	end if;
	perform message_disown(p_tenant, p_message, p_key, m.thread_id);
	update message set weak = true, ref_keys = p_key || ref_keys, refs = p_id || refs
		where tenant = p_tenant and message_id = p_message and (is_reconstructed or ref_keys = '{}');
	update thread set branched = true, settled = false where tenant = p_tenant and thread_id = root_of(p_tenant, m.thread_id);
end $$;

-- The same where their sender gives one id to many mails: it says nothing. The forward's mail leaves with the case that it
-- has if it is alone in it, else for one of its own. Returns the case that the thread is left with.
create function message_part(f filing, p_message bigint, p_root bigint, p_subject text, out o_case bigint, out o_opened boolean) language plpgsql as $$
declare
	v_new bigint;
	v_thread bigint;
	m record;
begin
	select own_key, thread_id, case_id, pin, base_subject, subject, submitted_by into m from message where tenant = f.tenant and message_id = p_message;
	if not found then
		raise exception 'a mail was erased meanwhile' using errcode = 'serialization_failure';
	end if;
	select case_id, false into o_case, o_opened from thread where tenant = f.tenant and thread_id = p_root;
	v_new := m.case_id;
	if m.pin is null and exists (select from message where tenant = f.tenant and case_id = m.case_id and message_id <> p_message) then
		v_new := case_open(f.tenant, subject_shown(m.subject, m.base_subject), m.submitted_by);
	elsif m.case_id = o_case then
		o_case := case_open(f.tenant, p_subject, f."user");
		o_opened := true;
		update thread set case_id = o_case where tenant = f.tenant and thread_id = p_root;
	end if;
	v_thread := thread_open(f.tenant, v_new, m.base_subject);
	perform message_disown(f.tenant, p_message, m.own_key, v_thread);
	-- Its other names are those of its copies: they go along. (Else no key ever changes its thread; the root is held.)
	update thread_key set thread_id = v_thread where tenant = f.tenant and message_id = p_message and thread_id <> v_thread;
	delete from awaited where tenant = f.tenant and thread_id = m.thread_id and message_id = p_message;
	update thread set settled = false where tenant = f.tenant and thread_id = p_root and settled;
	update message set thread_id = v_thread, case_id = v_new where tenant = f.tenant and message_id = p_message;
	if v_new <> m.case_id then
		perform event_add(f.tenant, 'message_moved', v_new, p_message, null, jsonb_build_object('from', m.case_id));
	end if;
end $$;

-- Puts a mail's keys into the union and returns its thread's root and case. p_message is the mail itself, new or known;
-- p_case the case for it where nothing matches (null: a new one); p_others: threads that may change their place for it and
-- are locked with its own. Not allowed: nothing was written, the mail is held.
-- disturbed: others' places in the thread may have changed, too.
create function message_place(f filing, n naming, p_places key_place[], p_others bigint[], p_message bigint, p_case bigint, p_subject text, p_is_out boolean,
	out o_allowed boolean, out o_root bigint, out o_case bigint, out o_opened boolean, out o_branched boolean, out o_disturbed boolean,
	out o_loose boolean, out o_merged boolean) language plpgsql as $$
declare
	v_own uuid := n.keys[1];
	v_own_thread bigint;
	v_known_thread bigint;                                   -- of the message that it already is
	v_threads bigint[] := '{}';
	v_claims bigint[] := '{}';
	v_here uuid[] := '{}';
	v_insert uuid[] := '{}';
	v_key uuid;
	v_place key_place;
	v_root record;
	v_count int;
	v_held bigint[];
begin
	o_opened := false; o_branched := false; o_disturbed := false; o_merged := false; o_loose := n.loose;
	foreach v_place in array p_places loop
		v_here := v_here || v_place.key;
		if v_place.key = v_own then
			v_own_thread := v_place.thread_id;
		end if;
		if v_place.message_id = f.known then
			v_known_thread := v_place.thread_id;
		end if;
	end loop;
	foreach v_key in array n.keys loop
		if not v_key = any(v_here || v_insert) then
			v_insert := v_insert || v_key;
		end if;
		exit when f.authority <> 'user';                         -- an outsider's mail brings only its own
	end loop;
	if cardinality(p_places) > 0 then
		v_threads := places_threads(case f.authority when 'user' then p_places else places_allowed(f, n, p_places) end);
	end if;
	if exists (select from claim where tenant = f.tenant and key = v_own) then
		v_claims := claims_find(f, n, p_is_out);
		v_threads := v_threads || v_claims;
	end if;
	o_allowed := (cardinality(v_threads) > 0 or f.may_open or p_case is not null)
		and (f.authority = 'user' or v_own_thread is null or v_own_thread = any(v_threads))
		and (f.authority = 'user' or v_known_thread is null or v_known_thread = any(v_threads));
	if not o_allowed then
		return;
	end if;
	if cardinality(v_threads) = 0 then
		o_opened := p_case is null;
		o_case := coalesce(p_case, case_open(f.tenant, p_subject, f."user"));
		o_root := thread_open(f.tenant, o_case, n.base_subject);   -- nobody else can see it: no lock
		v_count := keys_add(f.tenant, o_root, v_insert, v_own, p_message);
		if cardinality(p_others) > 0 then
			v_held := lock_roots(f.tenant, p_others);
		end if;
	else
		v_count := keys_add(f.tenant, v_threads[1], v_insert, v_own, p_message);
		if cardinality(p_others) > 0 then
			v_held := lock_roots(f.tenant, v_threads || p_others);
		end if;
		if cardinality(v_threads) = 1 then
			v_root := root_lock(f.tenant, v_threads[1]);
			o_root := v_root.o_root;
		end if;
		if o_root is null then
			v_root := roots_unite(f.tenant, v_threads);
			o_root := v_root.o_root;
			o_merged := v_root.o_merged;
			o_disturbed := o_merged;
		end if;
		o_case := v_root.o_case;
		o_branched := v_root.o_branched;
		o_loose := v_root.o_loose or n.loose;
		if not o_branched and v_root.o_mark is distinct from subject_mark(n.base_subject) then
			update thread set branched = true where tenant = f.tenant and thread_id = o_root;
			o_branched := true;
		end if;
	end if;
	if n.reuses and n.evicts is not null then
		select * into o_case, o_opened from message_part(f, n.evicts, o_root, p_subject);
	elsif n.evicts is not null then
		perform message_evict(f.tenant, n.evicts, v_own, n.internet_message_id);
		o_branched := true;
	end if;
	if n.joins is not null then
		perform message_join(n.joins, p_message);
		o_disturbed := true;
	end if;
	o_disturbed := (not v_own = any(v_insert) and key_take(f.tenant, v_own, p_message)) or o_disturbed or cardinality(v_claims) > 0;
	if 'quoted_by' = any(n.signals) and f.authority = 'user' then
		update message set quoted_keys = quoted_keys || v_own where tenant = f.tenant
			and message_id in (select p.message_id from unnest(p_places) p where p.signal = 'quoted_by') and not v_own = any(quoted_keys);
		o_disturbed := true;
	end if;
	if o_branched and not o_disturbed then
		o_disturbed := exists (select from awaited a where a.tenant = f.tenant and a.key = v_own) or tells_weak(f.tenant, o_root, n)
			or (cardinality(n.ref_keys) > 0 and not exists (select from unnest(p_places) p
				where p.key = n.ref_keys[1] and p.message_id is not null and p.thread_id = any(v_threads)));
	end if;
end $$;

-- Is there a weak message that waits for somebody to tell its missing ancestors' subject, and does this mail?
create function tells_weak(p_tenant text, p_root bigint, n naming) returns boolean language plpgsql stable as $$
begin
	return exists (select from message w where w.tenant = p_tenant and w.weak and w.thread_id in (select class_of(p_tenant, p_root))
		and w.ref_keys && n.ref_keys and not exists (select from thread_key k
			where k.tenant = p_tenant and k.key = any(w.ref_keys) and k.message_id is not null));
end $$;

create function keys_of_signal(n naming, p_signal text) returns uuid[] language plpgsql immutable as $$
begin
	return case when p_signal = any(n.signals) then array(select k from unnest(n.keys, n.signals) u(k, s) where s = p_signal) else '{}' end;
end $$;

-- A message that names and quotes nobody, and has no new matter's subject: as class_tree() has it.
create function message_is_free(m message, p_threads bigint[]) returns boolean language plpgsql stable as $$
begin
	return m.ref_keys = '{}' and m.quoted_keys = '{}' and m.pin is null and m.pin_auto is null
		and branch_called(m.tenant, p_threads, m.base_subject) is null;
end $$;

-- Where in a branched thread a mail belongs that nobody can refer to yet: only its own place is open.
-- Everything else is settle()'s.
create function branch_find(f filing, n naming, p_message bigint, p_root bigint, p_default bigint,
	out o_case bigint, out o_is_new boolean) language plpgsql as $$
declare
	v_threads bigint[] := array(select class_of(f.tenant, p_root));
	v_named record;
	v_near bigint;                                               -- the nearest that it names
	v_is_free boolean;
	v_quoted bigint[];
begin
	o_is_new := false;
	if n.weak then
		o_is_new := not coalesce(weak_goes_on(f.tenant, p_root, p_message, n.keys[:1], n.ref_keys, n.base_subject), true);
		if o_is_new then
			return;
		end if;
	end if;
	for i in 1 .. cardinality(n.ref_keys) loop                   -- an outsider's mail may name others', too
		select a.message_id, i > 1 and message_is_free(a, v_threads) as is_free into v_named
			from thread_key k join message a on a.tenant = k.tenant and a.message_id = k.message_id
			where k.tenant = f.tenant and k.key = n.ref_keys[i] and k.thread_id = any(v_threads) and a.message_id <> p_message;
		if found and (v_near is null or not v_named.is_free) then
			v_near := v_named.message_id;
			v_is_free := v_named.is_free;
		end if;
		exit when not v_is_free;
	end loop;
	if 'quoted' = any(n.signals) then
		v_quoted := array(select k.message_id from thread_key k where k.tenant = f.tenant and k.key = any(keys_of_signal(n, 'quoted'))
			and k.message_id <> p_message and k.thread_id = any(v_threads));
	end if;
	select m.case_id into o_case from message m where m.tenant = f.tenant and m.message_id = any(v_quoted || v_near)
		order by case when m.message_id = v_near then v_is_free else message_is_free(m, v_threads) end, m.sent_at desc, m.message_id limit 1;
	o_case := coalesce(o_case, branch_called(f.tenant, v_threads, n.base_subject), p_default);
end $$;

-- Moves a message, and what answers it, into a case: a pin. The source's emptied case becomes the target.
create function message_move(p_tenant text, p_message bigint, p_case bigint, p_by_human boolean) returns void language plpgsql as $$
declare
	v_thread bigint;
	v_from bigint;
	v_root bigint;
	v_before case_places;
begin
	select thread_id, case_id into v_thread, v_from from message where tenant = p_tenant and message_id = p_message;
	if v_from = p_case and not p_by_human then
		return;
	end if;
	perform lock_cases(p_tenant, array[p_case, v_from], array[v_thread]);
	v_root := root_of(p_tenant, v_thread);
	v_before := places_of(v_root, p_message);
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
	select own_key, subject, base_subject, direction into strict m from message where tenant = p_tenant and message_id = p_message for update;
	if exists (select from thread_key where tenant = p_tenant and key = m.own_key and message_id is not null) then
		m.own_key := key_of('r', p_message::text);                -- its id was taken meanwhile: a message of its own
		update message set own_key = m.own_key, identity = 'reused' where tenant = p_tenant and message_id = p_message;
	end if;
	f.tenant := p_tenant;
	f.authority := 'user';
	n.keys := array[m.own_key];
	n.base_subject := m.base_subject;
	select * into v_place from message_place(f, n, array(select k from keys_find(p_tenant, n.keys, array['message_id'], array[null::text]) k),
		'{}', p_message, p_case, m.subject, m.direction = 'out');
	update thread set branched = true, settled = false where tenant = p_tenant and thread_id = v_place.o_root;
	update message set case_id = p_case, thread_id = v_place.o_root, pin = p_case, by_human = true where tenant = p_tenant and message_id = p_message;
	update case_file set touched_at = coalesce(touched_at, now()) where tenant = p_tenant and case_id = p_case;
	if v_place.o_disturbed then
		perform settle(p_tenant, v_place.o_root);
	end if;
end $$;
