-- A new matter on an old thread whose first mail has not come: its answers name the old thread, under another subject.
-- What belongs together is told by the set of mails: every order of their coming gives the same cases.
begin;
\ir world.psql
select no_plan();
select world.provide();

create temp table letter (id text, refs text[], subject text, weak boolean default false);
grant select on letter to public;
insert into letter select id, refs, subject, id = 'new' from (values
	('old', '{}'::text[], 'Offer'), ('old2', '{old}', 'Re: Offer'), ('twin', '{old}', 'Re: Offer'),
	('new', '{old}', 'Crane for hall 3'), ('new2', '{new,old}', 'Re: Crane for hall 3'), ('new3', '{new2,new,old}', 'Re: Crane for hall 3'),
	('short', '{new}', 'Re: Crane for hall 3'), ('twig', '{new,old}', 'Re: Wood'),
	('turn', '{old}', 'Re: Chairs'), ('turn2', '{turn,old}', 'Re: Chairs'), ('was', '{gone,old}', 'Re: Chairs (was: Offer)'),
	('patch', '{gone,old}', '[PATCH 3/7] roof: tighten'), ('robot', '{gone,old}', 'Re: Robots')) v(id, refs, subject);

-- The cases that these mails come to lie in, in each order of their coming; of several answers each once.
create function world.orders(p_ids text[]) returns text language plpgsql as $$
declare
	v_order text[];
	v_found text[] := '{}';
	v_places text;
begin
	for v_order in
		with recursive r as (select array[i] as ids from unnest(p_ids) i
			union all select ids || i from r, unnest(p_ids) i where i <> all(ids))
		select ids from r where cardinality(ids) = cardinality(p_ids)
	loop
		begin
			perform world.mail('anna', l.id, l.refs, l.subject, p_weak => l.weak) from unnest(v_order) with ordinality o(id, i) join letter l using (id) order by o.i;
			v_places := world.places();
			raise exception 'enough' using errcode = 'ZZ000';
		exception when sqlstate 'ZZ000' then null;
		end;
		v_found := v_found || v_places;
	end loop;
	return (select string_agg(distinct p, ' OR ' order by p) from unnest(v_found) p);
end $$;

select is(world.orders(ids), want, why) from (values
	('{old,old2,new,new2}'::text[], 'new new2 | old old2', 'with its first mail'),
	('{old,old2,new2,new3}', 'new2 new3 | old old2', 'without it'),
	('{old,old2,new3,new2}', 'new2 new3 | old old2', 'the third names the second'),
	('{old,new3,short}', 'new3 short | old', 'who names the first mail alone belongs to who names all'),
	('{old,new2,new3,short}', 'new2 new3 short | old', 'all of them'),
	('{old,new,new3,short}', 'new new3 short | old', 'the second is missing, too'),
	('{old,new2,twig}', 'new2 twig | old', 'two answers to the same missing mail'),
	('{old2,new2}', 'new2 | old2', 'the old thread has lost its beginning, too'),
	('{old2,twin,new3,short}', 'new3 short | old2 twin', 'on both sides'),
	('{new2,new3,short}', 'new2 new3 short', 'nobody of the old thread came'),
	('{old,turn,turn2}', 'old turn turn2', 'an answer that changed the subject stays'),
	('{old,was}', 'old was', 'a subject that names the old one'),
	('{old,patch}', 'old patch', 'a part of a series'),
	('{old,turn2}', 'old | turn2', 'an answer to an answer that changed the subject: nobody can tell, no join')) v(ids, want, why);

-- As it is told: a case of its own, whoever brought an answer is in it, the old one is suggested.
select * from world.mail('anna', 'old', '{}', 'Offer');
select world.told() \gset
select is(opened, true, 'a case is opened') from world.mail('bob', 'new2', '{new,old}', 'Re: Crane for hall 3');
select is(world.told(), 'case_opened member_added message_filed', 'told');
select is((select subject from case_file where case_id = world.case_of('new2')), 'Crane for hall 3', 'its subject has no prefix');
select is((select string_agg(e.signal || ' ' || e.strength || ' ' || e.chosen || ' ' || (e.case_id = world.case_of('old')), ', ' order by e.position)
	from evidence e join delivery d using (tenant, delivery_id) where d.internet_message_id = 'new2'), 'references suggestion false true, new certain true false', 'the old case is suggested');
select * from world.mail('cleo', 'new3', '{new2,new,old}', 'Re: Crane for hall 3');
select world.told() \gset
select is(opened, false, 'its first mail comes') from world.mail('anna', 'new', '{old}', 'Crane for hall 3', p_weak => true);
select is(world.places(), 'new new2 new3 | old', 'to its answers');
select is((select string_agg("user", ' ' order by "user") from case_member where case_id = world.case_of('new')), 'bob', 'who brings more takes no part, and is proposed');
select * from finish();
rollback;
