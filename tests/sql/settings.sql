-- The way into the dialog: a ticket for oneself, exchanged once and in time for a session of the same tenant and user.
begin;
\ir world.psql
select no_plan();
select world.provide();
create function world.hash(p_text text) returns bytea language sql as $$ select sha256(convert_to(p_text, 'UTF8')) $$;
create function world.enter(p_tenant text, p_ticket text, p_session text) returns text language sql as $$
	select world.ask('web@' || p_tenant, format('select settings_enter(world.hash(%L), world.hash(%L))', p_ticket, p_session)) $$;
create function world.session(p_tenant text, p_session text) returns text language sql as $$
	select world.ask('web@' || p_tenant, format('select "user" || '' '' || sees_all || '' '' || language || '' '' || user_now() from settings_sign_in(world.hash(%L))', p_session)) $$;

-- Who gets a ticket: everybody for himself.
select is(world.ask(who, format('select settings_ticket(%L, %L) like ''acme.%%''', tenant, "user")), want, who || ' asks for a ticket of ' || coalesce("user", 'null') || ' of ' || coalesce(tenant, 'null'))
	from (values ('anna', 'acme', 'anna', 'true'), ('chef', 'acme', 'chef', 'true'), ('anna', 'acme', 'bob', 'error 28000'), ('chef', 'acme', 'anna', 'error 28000'),
		('anna', 'beta', 'anna', 'error 28000'), ('anna', 'beta', 'bert', 'error 28000'), ('anna', 'acme', null, 'error 28000'), ('anna', null, 'anna', 'error 28000'),
		('nobody', 'acme', 'anna', 'error 28000'), ('nobody', null, null, 'error 28000'), ('operator', 'acme', 'anna', 'error 28000'), ('operator@acme', 'acme', 'anna', 'error 28000'),
		('gateway@acme', 'acme', 'anna', 'error 42501'), ('web@acme', 'acme', 'anna', 'error 42501'), ('graph@acme', 'acme', 'anna', 'error 42501')) v(who, tenant, "user", want);
select is(world.ask('superuser', 'select count(*) from dialog_ticket'), '2', 'what was refused left nothing');
select is(world.ask('operator', 'select sign_in_admin(''acme'', ''anna'')::text || (settings_ticket(''acme'', ''anna'') ~ ''^acme[.][0-9a-f]{64}$'')'), 'true', 'the operator gets one by signing in as the user');

-- Exchanged once, by its own tenant, in time.
create temp table given as select world.ask('anna', 'select settings_ticket(''acme'', ''anna'')') as anna, world.ask('chef', 'select settings_ticket(''acme'', ''chef'')') as chef,
	world.ask('bert@beta', 'select settings_ticket(''beta'', ''bert'')') as bert, world.ask('anna', 'select settings_ticket(''acme'', ''anna'')') as late;
select isnt(anna, late, 'no two tickets are the same') from given;
select is((select count(*) from dialog_ticket t, given g where encode(t.ticket_hash, 'escape') like '%' || split_part(g.anna, '.', 2) || '%'), 0::bigint, 'only hashes are kept');
select is(world.enter('beta', anna, 's0'), 'false', 'another tenant cannot exchange it') from given;
select is(world.enter('acme', anna, 's1'), 'true', 'the ticket becomes a session') from given;
select is(world.enter('acme', anna, 's2'), 'false', 'once') from given;
select is(world.enter('acme', 'acme.made-up', 's3'), 'false', 'an invented one does not');
update dialog_ticket set expires_at = now() - interval '1 second' where ticket_hash = (select world.hash(late) from given);
select is(world.enter('acme', late, 's4'), 'false', 'nor one that is too old') from given;
select is(world.enter('acme', chef, 's5') || world.enter('beta', bert, 's6'), 'truetrue', 'others have theirs') from given;

-- Whose session it is.
select is(world.session(tenant, session), want, session || ' at ' || tenant) from (values
	('acme', 's1', 'anna false de anna'), ('acme', 's5', 'chef true de chef'), ('beta', 's6', 'bert true de bert'),
	('acme', 's0', ''), ('acme', 's2', ''), ('acme', 's3', ''), ('acme', 's4', ''), ('beta', 's1', ''), ('acme', 's6', ''), ('', 's1', '')) v(tenant, session, want);
select is(world.ask('superuser', 'select count(*) from dialog_session'), '3', 'three sessions');
update dialog_session set expires_at = now() where session_hash = world.hash('s6');
select is(world.session('beta', 's6'), '', 'a session ends');
select is(world.ask('web@acme', 'select settings_leave(world.hash(''s5''))'), 'null', 'who leaves');
select is(world.session('acme', 's5'), '', 'is gone');
select is(world.attempt('operator', 'select user_remove(''acme'', ''anna'')'), 'done', 'a user goes');
select is(world.session('acme', 's1'), '', 'and his session with him');

-- App-only: whose mailbox.
create function world.bind(p_user text, p_mailbox text) returns text language sql as $$
	select world.attempt('web@acme', format('select set_config(''casegate.user'', %L, true), settings_bind(%L, true)', p_user, p_mailbox)) $$;
select is(world.bind('chef', 'chef@acme.test'), '28000', 'nothing is bound without a registration');
insert into outlook_registration (tenant, directory, client, mode, may_read, secret, redirect_uri) values ('acme', 'd', 'c', 'delegated', false, 'v1.sealed', 'u');
select is(world.bind('chef', 'chef@acme.test'), '28000', 'nor where each person signs in');
update outlook_registration set mode = 'app';
insert into user_address (tenant, address, "user") values ('acme', 'own@acme.test', 'bob') on conflict do nothing;
select is(world.bind('bob', 'chef@acme.test'), '28000', 'a member cannot bind another''s mailbox');
select is(world.bind('', 'own@acme.test'), '28000', 'nobody binds nothing');
select is(world.bind('bob', 'Own@acme.test'), 'done', 'his own he can');
select is(world.bind('chef', 'info@acme.test'), 'done', 'who sees all binds any');
select is(world.bind('chef', 'own@acme.test'), '22023', 'but not one that is somebody''s');
select is((select string_agg("user" || ' ' || mailbox || ' ' || mode || ' ' || state || ' ' || scopes::text, ', ' order by "user") from outlook_connection),
	'bob Own@acme.test app connected {Mail.Send}, chef info@acme.test app connected {Mail.Send}', 'what is bound');
select is(world.attempt('chef', 'select settings_bind(''x@acme.test'', true)'), '42501', 'the app cannot');

-- What is over is cleared away when the next one comes.
select is(world.ask('chef', 'select settings_ticket(''acme'', ''chef'') is not null'), 'true', 'the next ticket');
select is(world.ask('superuser', 'select count(*) from dialog_ticket where expires_at <= now()'), '0', 'the old ones of the tenant are deleted');
-- What each role may do with the tables.
select is(world.ask(who, format('select count(*) from %I', t)), want, who || ' reads ' || t) from (values ('chef', 'error 42501'), ('gateway@acme', 'error 42501'), ('graph@acme', 'error 42501'), ('web', '0')) r(who, want),
	unnest('{dialog_ticket,dialog_session}'::text[]) t;
select is(world.attempt('web@acme', 'insert into dialog_ticket (tenant, ticket_hash, "user") values (''acme'', world.hash(''x''), ''chef'')'), '42501', 'the web process makes no tickets');
select is(world.attempt('web@acme', 'update dialog_session set "user" = ''chef'''), '42501', 'and changes no session');
select * from finish();
rollback;
