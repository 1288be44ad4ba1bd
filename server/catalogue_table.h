/* What our pages say: TEXT(name, German, English). Accessible names are part of the contract with
 * outside tests: fields and buttons are found by them. */
/* clang-format off */
TEXT(TITLE, "Outlook-Anbindung", "Outlook integration")
TEXT(LANGUAGE, "Sprache", "Language")
TEXT(INTRO,
	"Mit der Anbindung senden Sie aus Zalion über Ihr eigenes Outlook-Postfach, und was dort zu einem Vorgang gehört, kommt von selbst hinein. "
	"Ohne sie geht alles andere unverändert: weiterleiten, Kopie, BCC.",
	"With it you send from Zalion through your own Outlook mailbox, and what belongs to a case there comes in by itself. "
	"Without it everything else works unchanged: forwarding, copies, BCC.")
TEXT(SIGNED_IN, "Angemeldet als {}", "Signed in as {}")
TEXT(LEAVE, "Einstellungen verlassen", "Leave the settings")
TEXT(REFRESH, "Stand neu laden", "Reload the status")

/* The state. */
TEXT(STATUS, "Stand", "Status")
TEXT(STATE_CONNECTED, "Verbunden", "Connected")
TEXT(STATE_RECONNECT, "Neu verbinden nötig", "Reconnect needed")
TEXT(STATE_CONSENT, "Zustimmung nötig", "Consent needed")
TEXT(STATE_ADMIN, "Administration muss handeln", "Administrator must act")
TEXT(STATE_DISCONNECTED, "Getrennt", "Disconnected")
TEXT(ABOUT_CONNECTED, "Das Postfach {} ist verbunden: senden und lesen.", "The mailbox {} is connected: sending and reading.")
TEXT(ABOUT_CONNECTED_SEND, "Das Postfach {} ist verbunden: nur senden.", "The mailbox {} is connected: sending only.")
TEXT(ABOUT_RECONNECT,
	"Microsoft nimmt die gespeicherte Anmeldung nicht mehr an. Melden Sie sich mit „Neu verbinden“ wieder an; was Sie weiterleiten oder als BCC senden, kommt inzwischen weiter an.",
	"Microsoft no longer accepts the stored sign-in. Sign in again with “Reconnect”; what you forward or send as BCC keeps arriving meanwhile.")
TEXT(ABOUT_CONSENT,
	"Die Microsoft-365-Administration Ihrer Firma muss den Berechtigungen zustimmen. Verbinden Sie danach neu.",
	"Your company's Microsoft 365 administrator must consent to the permissions. Reconnect afterwards.")
TEXT(ABOUT_ADMIN,
	"Die Administration muss die Registrierung, die Richtlinien oder das Postfach berichtigen. Danach verbinden Sie neu.",
	"The administrator must correct the registration, the policies or the mailbox. Reconnect afterwards.")
TEXT(ABOUT_DISCONNECTED, "Ihr Postfach ist nicht angebunden. Es wird nichts gelesen und nichts gesendet.", "Your mailbox is not linked. Nothing is read and nothing is sent.")
TEXT(HINT, "Was zu tun ist", "What to do")
TEXT(LAST_SYNC, "Zuletzt abgeglichen", "Last synchronised")
TEXT(LAST_ERROR, "Letzte Meldung", "Last message")
TEXT(NEVER, "noch nie", "never")
TEXT(DONE_SAVED, "Die Registrierung ist gespeichert.", "The registration has been saved.")
TEXT(DONE_DISCONNECTED, "Das Postfach wird getrennt; Zugangsdaten und Benachrichtigungen werden gelöscht, abgelegte E-Mails bleiben.",
	"The mailbox is being disconnected; tokens and subscriptions are deleted, filed mail stays.")
TEXT(DONE_ASKED, "Der Auftrag ist angenommen und noch nicht fertig. Laden Sie den Stand gleich neu.", "The task has been taken on and is not finished yet. Reload the status in a moment.")
TEXT(DONE_FAILED, "Das hat nicht geklappt. Laden Sie die Seite neu; hilft das nicht, verständigen Sie bitte den Betrieb.",
	"That did not work. Reload the page; where that does not help, please tell the operator.")
TEXT(DONE_UNSET, "Die Anbindung Ihrer Firma wird ausgeschaltet.", "Your company's integration is being switched off.")
TEXT(TEST_RESULT, "Test-E-Mail", "Test e-mail")
TEXT(TEST_DONE, "gesendet und als Kopie im Postfach gesehen.", "sent, and its copy was seen in the mailbox.")
TEXT(TEST_UNSEEN, "gesendet; ihre Kopie im Postfach war bis zum Ende der Wartezeit noch nicht zu sehen.", "sent; its copy in the mailbox could not be seen yet.")
TEXT(TEST_UNCONFIRMED, "gesendet, nicht bestätigt: ohne das Recht zu lesen sehen wir die Kopie nicht.", "sent, not confirmed: without the right to read we cannot see the copy.")
TEXT(TEST_FAILED, "nicht gesendet.", "not sent.")
TEXT(JOB_FAILED, "nicht gelungen.", "not done.")
TEXT(TEST_RUNNING, "in Arbeit.", "under way.")

/* Errors. */
TEXT(ERRORS, "Bitte berichtigen", "Please correct")
TEXT(ERROR_DIRECTORY, "Die Verzeichnis-ID ist eine GUID wie 3f2504e0-4f89-11d3-9a0c-0305e82c3301. Sie steht in Entra auf der Übersicht der Registrierung.",
	"The directory ID is a GUID such as 3f2504e0-4f89-11d3-9a0c-0305e82c3301. Entra shows it on the registration's overview.")
TEXT(ERROR_CLIENT, "Die Anwendungs-ID ist eine GUID. Sie steht in Entra auf der Übersicht der Registrierung.",
	"The application ID is a GUID. Entra shows it on the registration's overview.")
TEXT(ERROR_SECRET_ID, "Das ist die Geheimnis-ID. Gebraucht wird der Wert des Clientschlüssels; Entra zeigt ihn nur gleich nach dem Anlegen.",
	"This is the secret's ID. Its value is needed; Entra shows it only right after it was made.")
TEXT(ERROR_BOTH, "Geben Sie einen geheimen Clientschlüssel oder ein Zertifikat an, nicht beides.", "Give a client secret or a certificate, not both.")
TEXT(ERROR_NEITHER, "Es fehlt der geheime Clientschlüssel oder ein Zertifikat.", "A client secret or a certificate is missing.")
TEXT(ERROR_SECRET_LINE, "Der geheime Clientschlüssel ist eine einzige Zeile.", "The client secret is one single line.")
TEXT(ERROR_NO_CERTIFICATE, "Das Zertifikat ist nicht lesbar. Gebraucht wird eine PEM-Datei mit „-----BEGIN CERTIFICATE-----“.",
	"The certificate cannot be read. A PEM file with “-----BEGIN CERTIFICATE-----” is needed.")
TEXT(ERROR_NO_KEY, "Der private Schlüssel ist nicht lesbar oder hat ein Kennwort. Gebraucht wird er als PEM ohne Kennwort.",
	"The private key cannot be read, or has a password. It is needed as PEM without a password.")
TEXT(ERROR_WEAK_KEY, "Entra nimmt nur RSA-Zertifikate mit mindestens 2048 Bit.", "Entra takes RSA certificates of at least 2048 bits only.")
TEXT(ERROR_STRANGERS, "Zertifikat und privater Schlüssel gehören nicht zusammen.", "The certificate and the private key do not belong together.")
TEXT(ERROR_EXPIRED, "Das Zertifikat ist abgelaufen.", "The certificate has expired.")
TEXT(ERROR_PEM, "Gebraucht werden das Zertifikat und sein privater Schlüssel als PEM; eines von beiden fehlt.", "The certificate and its private key are needed as PEM; one of them is missing.")
TEXT(ERROR_MAILBOX, "Geben Sie die E-Mail-Adresse des Postfachs an.", "Give the mailbox's e-mail address.")
TEXT(ERROR_NOT_YOURS, "Sie können nur ein Postfach mit einer Ihrer eigenen Adressen verbinden.", "You can connect a mailbox with one of your own addresses only.")
TEXT(ERROR_TAKEN, "Dieses Postfach hat schon jemand anderes verbunden; ein Postfach gehört zu genau einer Person.",
	"This mailbox is connected by somebody else already; a mailbox belongs to one person.")
TEXT(ERROR_CONFIRM, "Bestätigen Sie, dass die Anbindung für alle ausgeschaltet werden soll.", "Confirm that the integration shall be switched off for everybody.")

/* 1: the registration. */
TEXT(STEP, "Schritt {}", "Step {}")
TEXT(REGISTRATION, "App in Microsoft Entra registrieren", "Register the app in Microsoft Entra")
TEXT(REGISTERED_AT, "Zuletzt gespeichert", "Last saved")
TEXT(HOW, "So geht es in Entra", "How it is done in Entra")
TEXT(HOW_NEW, "Im Entra Admin Center unter „App-Registrierungen“ eine neue Registrierung anlegen, nur für Konten in diesem Verzeichnis.",
	"In the Entra admin center, under “App registrations”, make a new registration, for accounts in this directory only.")
TEXT(HOW_REDIRECT, "Unter „Authentifizierung“ die Plattform „Web“ (nicht SPA) mit der Umleitungs-URI von unten hinzufügen.", "Under “Authentication” add the platform “Web” (not SPA) with the redirect URI below.")
TEXT(HOW_PERMISSIONS, "Unter „API-Berechtigungen“ für Microsoft Graph nur diese Berechtigungen geben:", "Under “API permissions” give these permissions of Microsoft Graph only:")
TEXT(PERMISSIONS_DELEGATED, "Delegiert (empfohlen):", "Delegated (recommended):")
TEXT(PERMISSIONS_APP, "Nur als Anwendung:", "Application only:")
TEXT(PERMISSIONS_LESS, "Wer nur sendet, lässt Mail.Read weg.", "Who only sends leaves out Mail.Read.")
TEXT(HOW_CREDENTIAL, "Unter „Zertifikate & Geheimnisse“ ein Zertifikat hochladen (empfohlen) oder einen geheimen Clientschlüssel anlegen und dessen Wert kopieren, nicht die Geheimnis-ID.",
	"Under “Certificates & secrets” upload a certificate (recommended) or make a client secret and copy its value, not the secret ID.")
TEXT(HOW_FORM, "Die beiden IDs von der Übersicht der Registrierung hier eintragen.", "Enter here the two IDs from the registration's overview.")
TEXT(REDIRECT_URI, "Umleitungs-URI", "Redirect URI")
TEXT(REDIRECT_HINT, "Zum Kopieren: ins Feld gehen, alles markieren.", "To copy it, enter the field and select all.")
TEXT(REDIRECT_MISSING, "Der Betrieb muss zuerst [http] public_url einstellen: ohne öffentliche Adresse kann sich niemand anmelden.",
	"The operator must set [http] public_url first: without a public address nobody can sign in.")
TEXT(OFF, "Der Betrieb hat die Anbindung noch nicht eingeschaltet ([graph] enabled und [secrets] key_file).", "The operator has not switched the integration on yet ([graph] enabled and [secrets] key_file).")
TEXT(APP, "Registrierung", "Registration")
TEXT(DIRECTORY, "Verzeichnis-ID (Mandant)", "Directory (tenant) ID")
TEXT(CLIENT, "Anwendungs-ID (Client)", "Application (client) ID")
TEXT(CLOUD, "Microsoft-Cloud", "Microsoft cloud")
TEXT(CLOUD_HINT, "Fast immer „Weltweit“, auch in Deutschland.", "Nearly always “Worldwide”.")
TEXT(CLOUD_GLOBAL, "Weltweit", "Worldwide")
TEXT(CLOUD_L4, "US-Behörden (GCC High)", "US government (GCC High)")
TEXT(CLOUD_L5, "US-Verteidigung (DoD)", "US defence (DoD)")
TEXT(CLOUD_CHINA, "China (21Vianet)", "China (21Vianet)")
TEXT(CREDENTIAL, "Nachweis: eines von beiden", "Credential: one of the two")
TEXT(CREDENTIAL_SECRET, "Gespeichert: ein geheimer Clientschlüssel. Leer lassen, um ihn zu behalten.", "Stored: a client secret. Leave empty to keep it.")
TEXT(CREDENTIAL_CERTIFICATE, "Gespeichert: ein Zertifikat mit seinem Schlüssel. Leer lassen, um es zu behalten.", "Stored: a certificate with its key. Leave empty to keep it.")
TEXT(SECRET, "Geheimer Clientschlüssel", "Client secret")
TEXT(SECRET_HINT, "Der Wert, nicht die ID. Er wird verschlüsselt gespeichert und nie wieder angezeigt.", "The value, not the ID. It is stored encrypted and never shown again.")
TEXT(CERTIFICATE, "Zertifikat", "Certificate")
TEXT(CERTIFICATE_HINT, "PEM-Datei; sie darf den privaten Schlüssel gleich mit enthalten.", "A PEM file; it may hold the private key as well.")
TEXT(PRIVATE_KEY, "Privater Schlüssel", "Private key")
TEXT(PRIVATE_KEY_HINT, "PEM-Datei ohne Kennwort, wenn er nicht in der ersten steht.", "A PEM file without a password, where the first does not hold it.")
TEXT(PASTE, "Stattdessen als Text einfügen", "Paste as text instead")
TEXT(PEM, "Beide als PEM-Text", "Both as PEM text")
TEXT(PEM_HINT, "Beide Blöcke untereinander, jeweils von BEGIN bis END.", "Both blocks one below the other, each from BEGIN to END.")
TEXT(MODE, "Wer meldet sich an?", "Who signs in?")
TEXT(MODE_DELEGATED, "Jede Person selbst (empfohlen)", "Each person (recommended)")
TEXT(MODE_DELEGATED_HINT, "Jede Person stimmt für ihr eigenes Postfach zu und kann es jederzeit trennen.", "Each person consents for their own mailbox and can disconnect it at any time.")
TEXT(MODE_APP, "Nur die Anwendung", "The application only")
TEXT(MODE_APP_WARNING,
	"Achtung: Die App darf dann an jedes Postfach der Firma. Beschränken Sie sie vorher in Exchange Online auf einzelne Postfächer (RBAC for Applications oder New-ApplicationAccessPolicy).",
	"Caution: the app may then use every mailbox of the company. First restrict it to single mailboxes in Exchange Online (RBAC for Applications or New-ApplicationAccessPolicy).")
TEXT(SCOPES, "Was darf die Anbindung?", "What may the integration do?")
TEXT(SCOPES_BOTH, "Senden und lesen", "Send and read")
TEXT(SCOPES_BOTH_HINT, "Abgelegt wird nur, was zu einem Vorgang gehört; alles andere wird gezählt und vergessen.", "Only what belongs to a case is filed; everything else is counted and forgotten.")
TEXT(SCOPES_SEND, "Nur senden", "Send only")
TEXT(SCOPES_SEND_HINT, "Nichts wird gelesen. Eingehende E-Mails leiten Sie weiter wie bisher.", "Nothing is read. You forward incoming mail as before.")
TEXT(SAVE, "Speichern", "Save")
TEXT(UNSET, "Anbindung ganz ausschalten", "Switch the integration off")
TEXT(UNSET_ABOUT, "Löscht die Registrierung, alle Geheimnisse, Zugangsdaten und Benachrichtigungen Ihrer Firma. Abgelegte E-Mails bleiben.",
	"Deletes your company's registration, all secrets, tokens and subscriptions. Filed mail stays.")
TEXT(UNSET_CONFIRM, "Ja, für alle ausschalten", "Yes, for everybody")
TEXT(UNSET_BUTTON, "Ausschalten", "Switch off")

/* 2: consent. */
TEXT(CONSENT_STEP, "Für die ganze Firma zustimmen", "Consent for the whole company")
TEXT(CONSENT_ABOUT,
	"Einmal durch die Administration: dann fragt Microsoft niemanden mehr einzeln. Nötig ist es nur, wenn Ihre Firma die Zustimmung einzelner Personen sperrt, und bei „Nur die Anwendung“ immer.",
	"Once, by the administrator: Microsoft then asks nobody one by one. It is needed only where your company blocks the consent of single persons, and always with “The application only”.")
TEXT(CONSENT_BUTTON, "Administratorzustimmung", "Admin consent")
TEXT(CONSENT_GRANTED, "Zugestimmt", "Consented")
TEXT(CONSENT_FIRST, "Speichern Sie zuerst die Registrierung.", "Save the registration first.")

/* 3: connecting. */
TEXT(CONNECT_STEP, "Postfach verbinden", "Connect the mailbox")
TEXT(CONNECT_ABOUT, "Sie melden sich bei Microsoft an und kommen hierher zurück. Ihr Kennwort sehen wir nie.", "You sign in at Microsoft and come back here. We never see your password.")
TEXT(CONNECT_APP_ABOUT, "Ihre Firma nutzt „Nur die Anwendung“: Sie nennen Ihr Postfach, eine Anmeldung ist nicht nötig.", "Your company uses “The application only”: you name your mailbox, no sign-in is needed.")
TEXT(CONNECT_WAIT, "Die Administration muss Outlook für Ihre Firma zuerst einrichten.", "The administrator must set up Outlook for your company first.")
TEXT(MAILBOX, "Postfach", "Mailbox")
TEXT(CONNECT, "Verbinden", "Connect")
TEXT(RECONNECT, "Neu verbinden", "Reconnect")
TEXT(DISCONNECT, "Trennen", "Disconnect")
TEXT(DISCONNECT_ABOUT, "Trennen löscht Zugangsdaten und Benachrichtigungen. Was in Vorgängen liegt, bleibt.", "Disconnecting deletes tokens and subscriptions. What is in cases stays.")

/* 4: the test. */
TEXT(TEST_STEP, "Ausprobieren", "Try it")
TEXT(TEST_ABOUT, "Sie bekommen eine E-Mail von sich selbst. Danach steht oben, ob sie gesendet und ihre Kopie unter „Gesendete Elemente“ gesehen wurde.",
	"You get an e-mail from yourself. Then the status above says whether it was sent and its copy seen in “Sent Items”.")
TEXT(TEST_BUTTON, "Test-E-Mail senden", "Send test e-mail")
TEXT(TEST_FIRST, "Verbinden Sie zuerst das Postfach.", "Connect the mailbox first.")

/* The flow. */
TEXT(FLOW, "Was fließt", "What flows")
TEXT(FLOW_ABOUT, "Bleibt „zuletzt abgelegt“ lange hinter dem zurück, was Sie erwarten, laden Sie neu oder verbinden Sie neu.",
	"Where “last filed” stays far behind what you expect, reload or reconnect.")
TEXT(FLOW_FOLDER, "Ordner", "Folder")
TEXT(FLOW_SEEN_AT, "Zuletzt gesehen", "Last seen")
TEXT(FLOW_FILED_AT, "Zuletzt abgelegt", "Last filed")
TEXT(FLOW_SEEN, "Gesehen", "Seen")
TEXT(FLOW_FILED, "Abgelegt", "Filed")
TEXT(FLOW_STATE, "Stand", "State")
TEXT(FLOW_PERSON, "Person", "Person")
TEXT(FOLDER_INBOX, "Posteingang", "Inbox")
TEXT(FOLDER_SENT, "Gesendet", "Sent")
TEXT(FOLDER_ALL, "Alle", "All")

/* Without a session. */
TEXT(REFUSED, "Kein Zugang", "No access")
TEXT(REFUSED_ABOUT, "Dieser Zugang ist unbekannt, schon benutzt oder abgelaufen. Öffnen Sie die Outlook-Einstellungen in Zalion neu.",
	"This access is unknown, used already or expired. Open the Outlook settings in Zalion again.")
TEXT(FORBIDDEN_ABOUT, "Das darf nur, wer alle Vorgänge Ihrer Firma sieht.", "Only who sees all cases of your company may do this.")
TEXT(LEFT, "Verlassen", "Left")
TEXT(LEFT_ABOUT, "Sie haben die Einstellungen verlassen. Dieses Fenster kann geschlossen werden.", "You have left the settings. This window may be closed.")
TEXT(LATER, "Gerade nicht möglich", "Not possible right now")
TEXT(LATER_ABOUT, "Die Datenbank antwortet gerade nicht. Versuchen Sie es gleich noch einmal.", "The database does not answer right now. Try again in a moment.")
TEXT(BACK, "Zu den Outlook-Einstellungen", "To the Outlook settings")

/* The way back from Microsoft, one for each outcome. */
TEXT(CALLBACK, "Anmeldung bei Microsoft", "Sign-in at Microsoft")
TEXT(BACK_CONNECTED, "Ihr Postfach ist verbunden.", "Your mailbox is connected.")
TEXT(BACK_GRANTED, "Die Zustimmung für Ihre Firma ist erteilt.", "The consent for your company has been granted.")
TEXT(BACK_DECLINED, "Die Anmeldung wurde abgebrochen oder abgelehnt. Verbinden Sie neu, wenn Sie möchten.",
	"The sign-in was cancelled or declined. Reconnect if you like.")
TEXT(BACK_REFUSED, "Diese Anmeldung ist unbekannt, schon benutzt oder abgelaufen. Es hat sich nichts geändert. Beginnen Sie in den Einstellungen neu.",
	"This sign-in is unknown, used already or expired. Nothing has changed. Begin again in the settings.")
TEXT(BACK_NOT_TAKEN, "Die Anmeldung wurde nicht angenommen. Beginnen Sie in den Einstellungen neu.", "The sign-in was not accepted. Begin again in the settings.")
TEXT(BACK_CONSENT, "Die Microsoft-365-Administration Ihrer Firma muss zuerst zustimmen. Verbinden Sie danach neu.", "Your company's Microsoft 365 administrator must consent first. Reconnect afterwards.")
TEXT(BACK_ADMIN, "Die Administration muss die Registrierung oder eine Richtlinie berichtigen. Verbinden Sie danach neu.", "The administrator must correct the registration or a policy. Reconnect afterwards.")
TEXT(BACK_LATER, "Microsoft oder wir konnten die Anmeldung gerade nicht abschließen. Sehen Sie gleich in den Einstellungen nach; verbinden Sie sonst neu.",
	"Microsoft or we could not complete the sign-in right now. Look into the settings in a moment; otherwise reconnect.")
/* clang-format on */
