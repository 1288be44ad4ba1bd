-- Merge, unmerge, move and split: a human's word holds against every mail that comes later, and can be taken back.
begin;
\ir world.psql
select no_plan();
select world.provide();

-- What must always hold.
create function world.faults() returns text language sql as $$
	select string_agg(what, '; ') from (
		select 'message in a merged case' from message m join case_file c using (tenant, case_id) where c.state = 'merged'
		union select 'thread of a merged case' from thread t join case_file c using (tenant, case_id) where t.root_id = t.thread_id and c.state = 'merged'
		union select 'merged case without an end' from case_file c where case_final(c.tenant, c.case_id) is null
		union select 'participant elsewhere' from participant p join message m using (tenant, message_id) where p.case_id is distinct from m.case_id
		union select 'message aside from its pin' from message m where m.case_id <> case_final(m.tenant, coalesce(m.pin, m.pin_auto))
		union select 'merge without a record' from case_file c where c.state = 'merged'
			and not exists (select from case_merge g where g.tenant = c.tenant and g.from_case = c.case_id and g.undone_at is null)) f(what) $$;
create function world.reply(p_id text, p_refs text[]) returns text language sql as $$
	select outcome from world.mail('anna', p_id, p_refs, 'Re: Offer') $$;
create function world.sides(p_sql text) returns text language sql as $$
	select world.attempt('chef', p_sql) || ': ' || world.places() || coalesce(' FAULT ' || world.faults(), '') $$;
create function world.members(p_case bigint) returns text language sql as $$
	select coalesce(string_agg("user", ' ' order by "user"), '') from case_member where case_id = p_case and removed_at is null $$;

-- Two cases of two people.
select * from world.mail('anna', 'a1', '{}', 'Offer');
select world.reply('a2', '{a1}');
select * from world.mail('bob', 'b1', '{}', 'Invoice', p_to => '{other@far.test}');
create temp table named as select world.case_of('a1') as a, world.case_of('b1') as b, 0::bigint as c;
create function world.fill(p_sql text) returns text language plpgsql as $$
declare
	n record;
begin
	for n in select * from named, jsonb_each_text(to_jsonb(named)) loop
		p_sql := replace(p_sql, '{' || n.key || '}', coalesce(n.value, 'null'));
	end loop;
	return p_sql;
end $$;
select world.told() \gset

-- Once and back.
select is(world.sides(world.fill('select merge_cases({a}, {b})')), 'done: a1 a2 b1', 'merged');
select is(world.told(), 'member_added case_merged', 'told');
select is(world.members((select b from named)), 'anna bob', 'members of both');
select is(world.ask('anna', world.fill('select state || '' '' || merged_into || '' '' || message_count from cases where case_id = {a}')), world.fill('merged {b} 0'), 'the view says where to');
select is(world.ask(w, world.fill('select merged_into from cases where case_id = {a}')), world.fill('{b}'), w || ', too')
	from unnest('{anna,chef,operator,operator@acme,operator@beta,superuser,gateway@acme}'::text[]) w;
select is(world.ask('anna', 'select count(*) from messages'), '3', 'anna sees all of it');
select is(world.sides(world.fill('select merge_cases({a}, {b})')), 'done: a1 a2 b1', 'twice is once');
select is(world.told(), '', 'and nothing to tell');
select is(world.rehearse('chef', world.fill(sql)), '55000', sql) from unnest(array['select set_case_state({a}, ''closed'')', 'select unmerge_case({b})']) sql;
select is(world.rehearse('chef', world.fill('select merge_cases({b}, {a})')), '22023', 'into what it has become itself');
select is(world.rehearse('chef', world.fill('select merge_cases({b}, {b})')), '22023', 'into itself');
select is(world.sides(world.fill('select unmerge_case({a})')), 'done: a1 a2 | b1', 'taken back');
select is(world.told(), 'member_removed case_unmerged', 'told');
select is(world.members((select b from named)) || ', ' || world.members((select a from named)), 'bob, anna', 'members as before');
select is(world.ask('anna', 'select count(*) from messages'), '2', 'anna sees her own again');
select is(world.sides(world.fill('select unmerge_case({a})')), '55000: a1 a2 | b1', 'there is nothing more to take back');
select is(world.ask('anna', world.fill('select state || '' '' || (merged_into is null) || '' '' || message_count from cases where case_id = {a}')), 'open true 2', 'a case like before');
select is(world.sides(world.fill('select merge_cases({b}, {a})')), 'done: a1 a2 b1', 'the other way');
select is(world.sides(world.fill('select unmerge_case({b})')), 'done: a1 a2 | b1', 'and back');

-- Answers come where the messages are, before, in and after a merge; who answers them meanwhile goes back with them.
select world.reply('a3', '{a1}');
select is(world.sides(world.fill('select merge_cases({a}, {b})')), 'done: a1 a2 a3 b1', 'merged again');
select world.reply('a4', '{a3}'); select world.reply('b2', '{b1}');
select is(world.places(), 'a1 a2 a3 a4 b1 b2', 'answers to both sides come to the target');
select is(world.attempt('chef', world.fill('select split_message(world.message(''a2''))')), 'done', 'one is split off meanwhile');
select is(world.places(), 'a1 a3 a4 b1 b2 | a2', 'split');
select is(world.sides(world.fill('select unmerge_case({a})')), 'done: a1 a3 a4 | a2 | b1 b2', 'what a human moved stays, what answers them goes back');
select world.reply('a5', '{a1}'); select world.reply('a6', '{a4}'); select world.reply('a7', '{a2}'); select world.reply('b3', '{b1}');
select is(world.places(), 'a1 a3 a4 a5 a6 | a2 a7 | b1 b2 b3', 'answers come to what they answer');
-- A mail that names both sides unites the threads, but not two cases that a human decided on.
select world.told() \gset
select world.reply('both', '{a5,b3}');
select is(world.places(), 'a1 a3 a4 a5 a6 both | a2 a7 | b1 b2 b3', 'a mail that names both merges nothing');
select matches(world.told(), 'match_suggested', 'it suggests');
select is(world.faults(), null, 'nothing broken');

-- By mail: a bridge merges untouched cases, gives nobody new sight, and is taken back the same way.
select * from world.mail('anna', 'c1', '{}', 'Chairs', p_to => '{third@far.test}');
select * from world.mail('bob', 'd1', '{}', 'Desks', p_to => '{fourth@far.test}');
update named set a = world.case_of('c1'), b = world.case_of('d1');
select * from world.mail('cleo', 'bridge', '{c1,d1}', 'Re: Chairs', p_to => '{third@far.test}');
select matches(world.places(), 'bridge c1 d1', 'a bridge merges');
select is(world.ask(w, 'select internet_message_id from messages where internet_message_id in (''c1'', ''d1'', ''bridge'') order by 1'), want, w || ' sees no more of the other side')
	from (values ('anna', 'bridge,c1'), ('bob', 'd1')) v(w, want);
select is(world.attempt('bob', world.fill('select unmerge_case({b})')), 'done', 'a member of the merged case takes it back');
select matches(world.places(), 'bridge c1 \|(.* \|)? d1$', 'the bridge stays, the messages are back');
select is(world.faults(), null, 'nothing broken');
select is((select count(*) from message_sight s join message m using (tenant, message_id) where m.internet_message_id = 'd1' and not s.may), 0::bigint, 'nothing is hidden any more');
select * from world.mail('cleo', 'bridge2', '{d1,c1}', 'Re: Chairs', p_to => '{third@far.test}');
select matches(world.places(), '\| bridge c1 \| bridge2 d1$', 'the same bridge again merges nothing');

-- Whom a merge kept apart no later mail of his own lets in, on whichever side he is; nor whom a human removed from either.
create function world.side(p_user text, p_name text) returns text language sql as $$
	select outcome from world.mail(p_user, p_name, '{}', p_name, p_to => array[p_name || '@far.test']) $$;
create function world.goes_on(p_user text, p_refs text[]) returns text language sql as $$
	select outcome from world.mail(p_user, p_refs[1] || '-' || p_user || (select count(*) from message), p_refs, 'Re: ' || p_refs[1], p_to => '{third@far.test}') $$;
create function world.sees(p_user text, p_names text[]) returns text language sql as $$
	select world.ask(p_user, format('select internet_message_id from messages where internet_message_id = any(%L) order by 1', p_names)) $$;
select world.side('anna', 'east'), world.side('bob', 'west'), world.goes_on('anna', '{west,east}');
select is(world.members(world.case_of('west')), 'anna', 'who brought the older side is its member');
select world.goes_on('bob', '{west}'), world.goes_on('bob', '{west}');
select is(world.members(world.case_of('west')), 'anna', 'going on in his own thread makes no member of who was kept apart');
select is(world.sees('anna', '{east,west}') || ' ' || world.sees('bob', '{east,west}'), 'east west', 'each sees his side');
select world.side('bob', 'south'), world.side('anna', 'north'), world.goes_on('anna', '{south,north}'), world.goes_on('anna', '{north}');
select is(world.sees('anna', '{north,south}') || ' ' || world.sees('bob', '{north,south}'), 'north south', 'nor her own mail that merges');
select world.side('anna', 'up'), world.side('bob', 'down');
select is(world.attempt('chef', format('select add_member(%s, ''chef'')', world.case_of('down'))), 'done', 'a human touches the younger one');
select world.goes_on('anna', '{down,up}'), world.goes_on('anna', '{up}');
select is(world.sees('anna', '{down,up}') || ' ' || world.sees('bob', '{down,up}'), 'up down', 'which stays');
select is(world.attempt('chef', format('select add_member(%s, ''anna'')', world.case_of('down'))), 'done', 'a human lets her in');
select is(world.sees('anna', '{down,up}'), 'down,up', 'she sees both');
select world.side('bob', 'left'), world.side('anna', 'right');
select world.mail('anna', 'right2', '{right}', 'Re: right', p_to => '{bob@acme.test}');
select is(world.attempt('chef', format('select add_member(%s, ''bob''), remove_member(%1$s, ''bob'')', world.case_of('right'))), 'done', 'bob is removed from one side');
select is(world.attempt('chef', format('select merge_cases(%s, %s), remove_member(%2$s, ''anna'')', world.case_of('right'), world.case_of('left'))), 'done', 'a human unites them, and removes anna');
select world.side('cleo', 'middle'), world.mail('cleo', 'middle2', '{middle}', 'Re: middle', p_to => '{anna@acme.test}');
select is(world.attempt('chef', format('select merge_cases(%s, %s)', world.case_of('left'), world.case_of('middle'))), 'done', 'and unites that with a third');
select world.goes_on('anna', '{right}'), world.goes_on('anna', '{middle}');
select is(world.members(world.case_of('left')), 'bob cleo', 'no mail of hers lets her in again, though she takes part in all of them');

-- Chains: the end counts, and each link can be taken back.
select * from world.mail('anna', 'k1', '{}', 'Key'); select * from world.mail('bob', 'l1', '{}', 'Lamp', p_to => '{l@far.test}'); select * from world.mail('cleo', 'm1', '{}', 'Mat', p_to => '{m@far.test}');
update named set a = world.case_of('k1'), b = world.case_of('l1'), c = world.case_of('m1');
select is(world.attempt('chef', world.fill('select merge_cases({a}, {b}), merge_cases({b}, {c})')), 'done', 'k into l into m');
select is(world.ask('chef', world.fill('select merged_into from cases where case_id in ({a}, {b}) order by case_id')), world.fill('{c},{c}'), 'the view shows the end');
select is(world.ask('anna', world.fill('select merged_into from cases where case_id = {a}')), world.fill('{c}'), 'to each');
select is(world.members((select c from named)), 'anna bob cleo', 'all are members');
select is((select (case_id = (select c from named))::text from world.mail('anna', 'k2', '{}', 'Key', p_token_case => (select a from named))), 'true', 'a token of the first files into the last');
select is(world.attempt('chef', world.fill('select add_member({a}, ''chef'')')), 'done', 'acts on a merged case act on its end');
select is(world.members((select c from named)), 'anna bob chef cleo', 'its end');
select is(world.attempt('chef', world.fill('select unmerge_case({a})')), 'done', 'the first link');
select matches(world.places(), 'k1 \| k2 l1 m1', 'k is alone');
select is(world.members((select a from named)) || ', ' || world.members((select c from named)), 'anna, bob chef cleo', 'its member is gone from the end');
select is(world.attempt('chef', world.fill('select unmerge_case({b})')), 'done', 'the second link');
select matches(world.places(), 'k1 \| k2 m1 \| l1', 'all apart');
select is(world.members((select c from named)), 'chef cleo', 'members as before, and whom a human added');
select is(world.faults(), null, 'nothing broken');

-- A closed case is closed after all that, and who was removed from the target is not back by a merge.
select is(world.attempt('chef', world.fill('select set_case_state({a}, ''closed''), add_member({b}, ''anna''), remove_member({b}, ''anna''), merge_cases({a}, {b})')), 'done', 'a closed case into one that anna was removed from');
select is(world.members((select b from named)), 'bob', 'she is not back');
select is(world.attempt('chef', world.fill('select unmerge_case({a})')), 'done', 'taken back');
select is((select state || ' ' || (closed_at is not null) from case_file where case_id = (select a from named)), 'closed true', 'still closed');

-- Moving: answers go with it, also those that come later; and back.
delete from named; insert into named select world.case_of('k1'), world.case_of('l1');
select * from world.mail('anna', 'p1', '{}', 'Paint', p_to => '{p@far.test}'); select * from world.mail('anna', 'p2', '{p1}', 'Re: Paint', p_to => '{p@far.test}'); select * from world.mail('anna', 'p3', '{p2,p1}', 'Re: Paint', p_to => '{p@far.test}');
update named set a = world.case_of('p1');
select world.told() \gset
select is(world.attempt('chef', world.fill('select move_message(world.message(''p2''), {b})')), 'done', 'p2 moves');
select is((select string_agg(internet_message_id, ' ' order by internet_message_id) from message where case_id = (select b from named)), 'l1 p2 p3', 'and what answers it');
select is(world.told(), 'message_moved message_moved', 'told for each');
select is((select string_agg(internet_message_id || ' ' || (detail ->> 'from' = (select a::text from named)), ', ' order by internet_message_id) from event e join message m using (tenant, message_id) where e.kind = 'message_moved' and e.case_id = (select b from named)), 'p2 true, p3 true', 'with where from');
select * from world.mail('anna', 'p4', '{p3}', 'Re: Paint', p_to => '{p@far.test}'); select * from world.mail('anna', 'p5', '{p1}', 'Re: Paint', p_to => '{p@far.test}');
select is((select string_agg(internet_message_id, ' ' order by internet_message_id) from message where case_id = (select b from named)), 'l1 p2 p3 p4', 'later answers, too');
select * from world.mail('anna', 'p2', '{}', 'Re: Paint', p_to => '{p@far.test}', p_token_case => (select a from named));
select is(world.case_of('p2'), (select b from named), 'no token moves what a human moved');
select is(world.attempt('chef', world.fill('select move_message(world.message(''p2''), {a})')), 'done', 'back');
select is((select string_agg(internet_message_id, ' ' order by internet_message_id) from message where case_id = (select a from named)), 'p1 p2 p3 p4 p5', 'all of it');
select is(world.faults(), null, 'nothing broken');

-- Splitting: a case of its own, for all who could see the message.
select is(world.attempt('chef', world.fill('select add_member({a}, ''bob'')')), 'done', 'bob, too');
insert into message_sight values ('acme', world.message('p3'), 'bob', false);
select world.told() \gset
select is(world.ask('anna', 'select split_message(world.message(''p3'')) > 0'), 'true', 'split');
select is(world.told(), 'case_opened member_added message_moved message_moved', 'told');
select is((select c.subject || ' ' || c.opened_by || ' ' || world.members(c.case_id) from case_file c where case_id = world.case_of('p3')), 'Paint anna anna', 'who did not see it does not now');
select is(world.case_of('p4'), world.case_of('p3'), 'its answer followed');
select is(world.attempt('anna', 'select split_message(world.message(''p5''))'), 'done', 'another');
select is(world.members(world.case_of('p5')), 'anna bob', 'who saw it does');
select is(world.attempt('chef', world.fill('select move_message(world.message(''p3''), {a}), move_message(world.message(''p5''), {a})')), 'done', 'and back');
select is((select string_agg(internet_message_id, ' ' order by internet_message_id) from message where case_id = (select a from named)), 'p1 p2 p3 p4 p5', 'all of it');
select is(world.faults(), null, 'nothing broken');

-- Who only brought a mail into the case of others takes it nowhere: what they answered would go with it.
select * from world.mail('anna', 'w1', '{}', 'Walls', p_to => '{w@far.test}'); select * from world.mail('cleo', 'w2', '{w1}', 'Re: Walls', p_to => '{w@far.test}'); select * from world.mail('anna', 'w3', '{w2}', 'Re: Walls', p_to => '{w@far.test}');
select is(world.ask('cleo', 'select internet_message_id from messages where subject like ''%Walls'''), 'w2', 'cleo sees what she brought, not the answer to it');
select * from world.mail('cleo', 'w4', '{}', 'Windows', p_to => '{w@far.test}');
select is(world.rehearse(w.who, s.sql), case w.who when 'cleo' then 'P0002' else 'done' end, w.who || ': ' || s.sql)
	from unnest('{cleo,chef}'::text[]) w(who), unnest(array['select split_message(world.message(''w2''))', 'select move_message(world.message(''w2''), world.case_of(''w4''))']) s(sql);

select * from world.mail('cleo', 'w2', '{w1}', 'Re: Walls', p_to => '{w@far.test}', p_token_case => world.case_of('w4'));
select is(world.case_of('w2'), world.case_of('w1'), 'nor by the token of her own case');
select matches(world.told(), 'match_suggested', 'which is suggested');
select * from world.mail('cleo', 'w5', '{w1}', 'Re: Walls', p_to => '{w@far.test}'); select * from world.mail('cleo', 'w5', '{w1}', 'Re: Walls', p_to => '{w@far.test}', p_token_case => world.case_of('w4'));
select is(world.case_of('w5'), world.case_of('w4'), 'what nobody has answered goes to the case of its token');

-- Found by trying: a new matter on an old thread (a branch), then a human, then a late ancestor.
create function world.branch(p_name text) returns void language plpgsql as $$
begin
	perform world.mail('anna', p_name || '-old', '{}', 'Roof tiles', p_to => '{r@far.test}');
	perform world.mail('anna', p_name || '-new', array[p_name || '-old', p_name || '-late'], 'Garden gate', p_to => '{r@far.test}', p_weak => true);
	update named set a = world.case_of(p_name || '-old'), b = world.case_of(p_name || '-new');
end $$;
create function world.branch_places(p_name text) returns text language sql as $$
	select string_agg(ids, ' | ' order by ids) from (select string_agg(substr(internet_message_id, length(p_name) + 2), ' ' order by internet_message_id) from message
		where internet_message_id like p_name || '-%' group by case_id) x(ids) $$;
select world.branch('t');
select is(world.branch_places('t'), 'new | old', 'a branch');
select * from world.mail('anna', 't-late', '{}', 'Garden gate', p_to => '{r@far.test}');
select is(world.branch_places('t'), 'late new old', 'a late ancestor takes it back');
select is(world.faults(), null, 'nothing broken');
select world.branch('u');
select is(world.attempt('chef', world.fill('select merge_cases({a}, {b})')), 'done', 'the main case into its branch');
select is(world.branch_places('u'), 'new old', 'merged');
select * from world.mail('anna', 'u-late', '{}', 'Garden gate', p_to => '{r@far.test}');
select is(world.branch_places('u'), 'late new old', 'a late ancestor changes nothing');
select is((select count(*) from case_file where merged_into = case_id) || coalesce(world.faults(), ''), '0', 'and no case is merged into itself');
select world.branch('v'); select * from world.mail('anna', 'v-moved', '{}', 'Hinges', p_to => '{h@far.test}');
select is(world.attempt('chef', world.fill('select move_message(world.message(''v-moved''), {b})')), 'done', 'a message into a branch');
select * from world.mail('anna', 'v-late', '{}', 'Garden gate', p_to => '{r@far.test}');
select is((select world.case_of('v-moved') = b and c.state = 'open' from named join case_file c on c.case_id = b), true, 'it stays where a human put it, and the case is there');
select is(world.case_of('v-new'), (select b from named), 'so does the branch');
select is(world.faults(), null, 'nothing broken');
select world.branch('w');
select is(world.attempt('chef', world.fill('select merge_cases({b}, {a})')), 'done', 'the branch into its main case');
select world.reply('w-next', '{w-new}');
select is(world.attempt('chef', world.fill('select unmerge_case({b})')), 'done', 'and back');
select is(world.branch_places('w'), 'new next | old', 'a branch again');
select * from world.mail('anna', 'w-late', '{}', 'Garden gate', p_to => '{r@far.test}');
select is(world.branch_places('w'), 'late old | new next', 'that no mail takes back');
select is(world.faults(), null, 'nothing broken');
-- A new matter on an old thread, known as such only when the mail that it names comes late: told like a person's move.
select * from world.mail('anna', 'roof', '{cellar}', 'Roof', p_to => '{w@far.test}', p_weak => true);
select world.case_of('roof') as w \gset
select world.told() \gset
select * from world.mail('anna', 'cellar', '{}', 'Cellar', p_to => '{w@far.test}');
select isnt(world.case_of('roof'), :w::bigint, 'a late mail of another subject: a case of its own');
select is(world.told(), 'case_opened member_added message_moved message_filed', 'told');
select is((select (e.case_id = world.case_of('roof')) || ' ' || (detail ->> 'from' = :'w') || ' ' || (detail ->> 'with' = world.message('cellar')::text) from event e
	where kind = 'message_moved' and message_id = world.message('roof')), 'true true true', 'where it went, from where, and by whose coming');
select is(world.faults(), null, 'nothing broken');
-- No mail takes apart what a person put together: not the old thread of what looked like its own matter until then, nor the mail
-- between two that lie in two cases.
create function world.together(p_a text, p_b text) returns boolean language sql as $$ select world.case_of(p_a) = world.case_of(p_b) $$;
create function world.merge(p_from text, p_into text) returns text language sql as $$
	select world.attempt('chef', format('select merge_cases(%s, %s)', world.case_of(p_from), world.case_of(p_into))) $$;
select * from world.mail('anna', 'other', '{}', 'Something else', p_to => '{o@far.test}');
select * from world.mail('anna', 'shed', '{barn}', 'Shed', p_to => '{s@far.test}', p_weak => true);
select is(world.merge('shed', 'other'), 'done', 'a new matter into another case');
select * from world.mail('anna', 'barn', '{}', 'Barn', p_to => '{s@far.test}');
select is(world.together('shed', 'other') || ' ' || world.together('barn', 'other'), 'true true', 'the thread that it comes from comes later');
select * from world.mail('anna', 'hut', '{hall}', 'Hut', p_to => '{s@far.test}', p_weak => true);
select is(world.merge('other', 'hut'), 'done', 'another case into a new matter''s');
select * from world.mail('anna', 'hall', '{}', 'Hall', p_to => '{s@far.test}');
select is(world.together('hut', 'other'), true, 'and its thread comes');
select * from world.mail('anna', 'top', '{}', 'Ladder', p_to => '{l@far.test}');
select * from world.mail('anna', 'end', '{mid}', 'Re: Ladder', p_to => '{l@far.test}');
select is(world.merge('end', 'other'), 'done', 'the end of a thread into another case');
select is(world.attempt('chef', 'select split_message(world.message(''top''))'), 'done', 'its beginning stands alone');
select * from world.mail('anna', 'mid', '{top}', 'Re: Ladder', p_to => '{l@far.test}');
select is(world.together('end', 'other') || ' ' || world.together('mid', 'top'), 'true true', 'what is between comes to what it answers');
select world.mail('anna', 'end2', '{end}', 'Re: Ladder', p_to => '{l@far.test}') \gset
select is(world.attempt('chef', 'select split_message(world.message(''end''))') || ' ' || world.together('end', 'end2'), 'done true', 'what answers a mail that is moved again follows it');
-- Nor joins what a person parted.
select * from world.mail('anna', 'm1', '{}', 'Paint', p_to => '{p@far.test}');
select * from world.mail('anna', 'm3', '{m2}', 'Re: Paint', p_to => '{p@far.test}');
select world.case_of('m3') as m3 \gset
select * from world.mail('anna', 'm4', '{m3,m1}', 'Re: Paint', p_to => '{p@far.test}');
select is(world.together('m1', 'm3'), true, 'mail merged them');
select is(world.attempt('chef', format('select unmerge_case(%s)', :m3)) || ' ' || world.together('m1', 'm3'), 'done false', 'a person parts them');
select * from world.mail('anna', 'm2', '{m1}', 'Re: Paint', p_to => '{p@far.test}');
select is(world.together('m1', 'm3') || ' ' || world.together('m1', 'm2') || ' ' || world.together('m3', 'm4'), 'false true true', 'the mail between moves none of them');
select is(world.faults(), null, 'nothing broken');
set constraints all immediate;
select * from finish();
rollback;
