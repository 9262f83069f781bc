-- What version 1 of the database wrote: three drafts, one of them damaged, one put away, one of
-- another person's; four sendings. Everybody in it is invented.
BEGIN TRANSACTION;
CREATE TABLE deliveries (
        job     TEXT NOT NULL REFERENCES jobs (id),
        number  INTEGER NOT NULL,
        address TEXT NOT NULL,
        name    TEXT NOT NULL,
        state   TEXT NOT NULL,
        reason  TEXT,
        PRIMARY KEY (job, number)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "deliveries" VALUES('0000000000000004',0,'ok.tessandier@cabinet.mssante.example','DR Tessandier-Fictif Marc','delivered',NULL);
INSERT INTO "deliveries" VALUES('0000000000000004',1,'plein.b@x.mssante.example','DR Tessandier-Fictif Marc','failed','boîte pleine');
INSERT INTO "deliveries" VALUES('0000000000000005',0,'ehr','','pending',NULL);
INSERT INTO "deliveries" VALUES('0000000000000007',0,'ok.tessandier@cabinet.mssante.example','DR Tessandier-Fictif Marc','pending',NULL);
INSERT INTO "deliveries" VALUES('0000000000000009',0,'ehr','','pending',NULL);
INSERT INTO "deliveries" VALUES('000000000000000b',0,'ok.tessandier@cabinet.mssante.example','DR Tessandier-Fictif Marc','pending',NULL);
CREATE TABLE jobs (
        place          INTEGER PRIMARY KEY AUTOINCREMENT,
        id             TEXT NOT NULL UNIQUE,
        letter         TEXT NOT NULL REFERENCES letters (id),
        target         TEXT NOT NULL,
        state          TEXT NOT NULL,
        revision       INTEGER NOT NULL,
        attempts       INTEGER NOT NULL,
        created_at     TEXT NOT NULL,
        not_before     TEXT,
        passed_at      TEXT,
        accepted_at    TEXT,
        finished_at    TEXT,
        transaction_id TEXT,
        polls          INTEGER NOT NULL,
        reason         TEXT,
        detail         TEXT,
        settled        INTEGER NOT NULL
    ) STRICT;
INSERT INTO "jobs" VALUES(1,'0000000000000004','0000000000000003','mss','undelivered',5,1,'2024-03-04T09:00:00.000000+00:00',NULL,'2024-03-04T09:00:10.000000+00:00','2024-03-04T09:00:10.000000+00:00','2024-03-04T09:00:10.000000+00:00','tx-1',1,NULL,NULL,0);
INSERT INTO "jobs" VALUES(2,'0000000000000005','0000000000000003','ehr','accepted',4,1,'2024-03-04T09:00:00.000000+00:00','2024-03-04T09:00:10.000000+00:00','2024-03-04T09:00:10.000000+00:00','2024-03-04T09:00:10.000000+00:00',NULL,'tx-2',0,NULL,NULL,0);
INSERT INTO "jobs" VALUES(3,'0000000000000007','0000000000000006','mss','refused',2,1,'2024-03-04T09:00:10.000000+00:00',NULL,NULL,NULL,NULL,NULL,0,'incomplete_patient_changed',NULL,0);
INSERT INTO "jobs" VALUES(4,'0000000000000009','0000000000000008','ehr','refused',2,1,'2024-03-04T09:00:10.000000+00:00',NULL,NULL,NULL,NULL,NULL,0,'incomplete_stay_changed',NULL,0);
INSERT INTO "jobs" VALUES(5,'000000000000000b','000000000000000a','mss','in_doubt',3,1,'2024-03-04T09:00:10.000000+00:00',NULL,'2024-03-04T09:00:10.000000+00:00',NULL,NULL,NULL,0,'cut',NULL,0);
CREATE TABLE journal (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at     TEXT NOT NULL,
        owner  TEXT NOT NULL,
        job    TEXT NOT NULL REFERENCES jobs (id),
        event  TEXT NOT NULL,
        state  TEXT NOT NULL,
        reason TEXT
    ) STRICT;
INSERT INTO "journal" VALUES(1,'2024-03-04T09:00:00.000000+00:00','1000:secretaire','0000000000000004','Composed','held',NULL);
INSERT INTO "journal" VALUES(2,'2024-03-04T09:00:00.000000+00:00','1000:secretaire','0000000000000005','Composed','held',NULL);
INSERT INTO "journal" VALUES(3,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000004','Released','queued',NULL);
INSERT INTO "journal" VALUES(4,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000004','Claimed','sending',NULL);
INSERT INTO "journal" VALUES(5,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000004','Passed','sending',NULL);
INSERT INTO "journal" VALUES(6,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000004','Accepted','accepted',NULL);
INSERT INTO "journal" VALUES(7,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000004','Tracked','undelivered',NULL);
INSERT INTO "journal" VALUES(8,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000005','Released','queued',NULL);
INSERT INTO "journal" VALUES(9,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000005','Claimed','sending',NULL);
INSERT INTO "journal" VALUES(10,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000005','Passed','sending',NULL);
INSERT INTO "journal" VALUES(11,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000005','Accepted','accepted',NULL);
INSERT INTO "journal" VALUES(12,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000007','Composed','queued',NULL);
INSERT INTO "journal" VALUES(13,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000007','Claimed','sending',NULL);
INSERT INTO "journal" VALUES(14,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000007','Rejected','refused','incomplete_patient_changed');
INSERT INTO "journal" VALUES(15,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000009','Composed','queued',NULL);
INSERT INTO "journal" VALUES(16,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000009','Claimed','sending',NULL);
INSERT INTO "journal" VALUES(17,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','0000000000000009','Rejected','refused','incomplete_stay_changed');
INSERT INTO "journal" VALUES(18,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','000000000000000b','Composed','queued',NULL);
INSERT INTO "journal" VALUES(19,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','000000000000000b','Claimed','sending',NULL);
INSERT INTO "journal" VALUES(20,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','000000000000000b','Passed','sending',NULL);
INSERT INTO "journal" VALUES(21,'2024-03-04T09:00:10.000000+00:00','1000:secretaire','000000000000000b','LostSight','in_doubt','cut');
CREATE TABLE letters (
        place        INTEGER PRIMARY KEY AUTOINCREMENT,
        id           TEXT NOT NULL UNIQUE,
        owner        TEXT NOT NULL,
        seal         TEXT NOT NULL,
        created_at   TEXT NOT NULL,
        sent_at      TEXT,
        discarded_at TEXT,
        patient      TEXT,
        words        TEXT NOT NULL,
        body         BLOB NOT NULL
    ) STRICT;
INSERT INTO "letters" VALUES(1,'0000000000000001','1000:secretaire','test|hopital-fictif','2024-03-04T09:00:00.000000+00:00',NULL,NULL,'70001','compte rendu lettre.pdf abricotier delormeau sandbox capucine 000123 14/07/1985 1985 07 14 tessandier fictif marc ok.tessandier@cabinet.mssante.example',CAST('{"id":"0000000000000001","created_at":"2024-03-04T09:00:00Z","documents":[{"id":"00000000000000000000000000000000","name":"lettre.pdf","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1000,"pages":1}],"patient":{"id":"70001","birth_family":"ABRICOTIER","used_family":"DELORMEAU-SANDBOX","given":["Capucine"],"sex":"female","birth_date":"1985-07-14","birth_place":null,"ipp":"000123","ins":null,"ins_qualified":true,"reliability":null,"deceased":false},"recipients":[{"correspondent":{"id":"90001","kind":"practitioner","identifier":null,"family":"Tessandier-Fictif","given":["Marc"],"prefix":"DR","name":"","places":[],"mailboxes":[{"address":"ok.tessandier@cabinet.mssante.example","rank":null}]},"address":"ok.tessandier@cabinet.mssante.example"}],"type_code":"11488-4","title":"Compte rendu","stay":"80001"}' AS BLOB));
INSERT INTO "letters" VALUES(2,'0000000000000002','1000:secretaire','test|hopital-fictif','2024-03-04T09:00:00.000000+00:00',NULL,NULL,'70001','lettre.pdf abricotier delormeau sandbox capucine 000123 14/07/1985 1985 07 14 tessandier fictif marc ok.tessandier@cabinet.mssante.example',CAST('{"id":"0000000000000002","created_at":"2024-03-04T09:00:00Z","documents":[{"id":"00000000000000000000000000000000","name":"lettre.pdf","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1000,"pages":1}],"patient":{"id":"70001","birth_family":"ABRICOTIER","used_family":"DELORMEAU-SANDBOX","given":["Capucine"],"sex":"female","birth_date":"1985-07-14","birth_place":null,"ipp":"000123","ins":null,"ins_qualified":true,"reliability":null,"deceased":false},"recipients":[{"correspondent":{"id":"90001","kind":"practitioner","identifier":null,"family":"Tessandier-Fictif","given":["Marc"],"prefix":"DR","name":"","places":[],"mailboxes":[{"address":"ok.tessandier@cabinet.mssante.example","rank":null}]},"address":"ok.tessandier@cabinet.mssante.example"}],"type_code":"11488-4","title":"","stay":null}' AS BLOB));
INSERT INTO "letters" VALUES(3,'0000000000000003','1000:secretaire','test|hopital-fictif','2024-03-04T09:00:00.000000+00:00','2024-03-04T09:00:00.000000+00:00',NULL,'70001','lettre.pdf d orval noel delormeau sandbox capucine 000123 14/07/1985 1985 07 14 tessandier fictif marc ok.tessandier@cabinet.mssante.example tessandier fictif marc plein.b@x.mssante.example',CAST('{"id":"0000000000000003","created_at":"2024-03-04T09:00:00Z","documents":[{"id":"00000000000000000000000000000000","name":"lettre.pdf","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1000,"pages":1}],"patient":{"id":"70001","birth_family":"D’ORVAL-NOËL","used_family":"DELORMEAU-SANDBOX","given":["Capucine"],"sex":"female","birth_date":"1985-07-14","birth_place":null,"ipp":"000123","ins":null,"ins_qualified":true,"reliability":null,"deceased":false},"recipients":[{"correspondent":{"id":"90001","kind":"practitioner","identifier":null,"family":"Tessandier-Fictif","given":["Marc"],"prefix":"DR","name":"","places":[],"mailboxes":[{"address":"ok.tessandier@cabinet.mssante.example","rank":null}]},"address":"ok.tessandier@cabinet.mssante.example"},{"correspondent":{"id":"90001","kind":"practitioner","identifier":null,"family":"Tessandier-Fictif","given":["Marc"],"prefix":"DR","name":"","places":[],"mailboxes":[{"address":"plein.b@x.mssante.example","rank":null}]},"address":"plein.b@x.mssante.example"}],"type_code":"11488-4","title":"","stay":"80002"}' AS BLOB));
INSERT INTO "letters" VALUES(4,'0000000000000006','1000:secretaire','test|hopital-fictif','2024-03-04T09:00:00.000000+00:00','2024-03-04T09:00:10.000000+00:00',NULL,'70001','lettre.pdf abricotier delormeau sandbox capucine 000123 14/07/1985 1985 07 14 tessandier fictif marc ok.tessandier@cabinet.mssante.example',CAST('{"id":"0000000000000006","created_at":"2024-03-04T09:00:00Z","documents":[{"id":"00000000000000000000000000000000","name":"lettre.pdf","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1000,"pages":1}],"patient":{"id":"70001","birth_family":"ABRICOTIER","used_family":"DELORMEAU-SANDBOX","given":["Capucine"],"sex":"female","birth_date":"1985-07-14","birth_place":null,"ipp":"000123","ins":null,"ins_qualified":true,"reliability":null,"deceased":false},"recipients":[{"correspondent":{"id":"90001","kind":"practitioner","identifier":null,"family":"Tessandier-Fictif","given":["Marc"],"prefix":"DR","name":"","places":[],"mailboxes":[{"address":"ok.tessandier@cabinet.mssante.example","rank":null}]},"address":"ok.tessandier@cabinet.mssante.example"}],"type_code":"11488-4","title":"","stay":"80001"}' AS BLOB));
INSERT INTO "letters" VALUES(5,'0000000000000008','1000:secretaire','test|hopital-fictif','2024-03-04T09:00:00.000000+00:00','2024-03-04T09:00:10.000000+00:00',NULL,'70001','lettre.pdf abricotier delormeau sandbox capucine 000123 14/07/1985 1985 07 14 tessandier fictif marc ok.tessandier@cabinet.mssante.example',CAST('{"id":"0000000000000008","created_at":"2024-03-04T09:00:00Z","documents":[{"id":"00000000000000000000000000000000","name":"lettre.pdf","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1000,"pages":1}],"patient":{"id":"70001","birth_family":"ABRICOTIER","used_family":"DELORMEAU-SANDBOX","given":["Capucine"],"sex":"female","birth_date":"1985-07-14","birth_place":null,"ipp":"000123","ins":null,"ins_qualified":true,"reliability":null,"deceased":false},"recipients":[{"correspondent":{"id":"90001","kind":"practitioner","identifier":null,"family":"Tessandier-Fictif","given":["Marc"],"prefix":"DR","name":"","places":[],"mailboxes":[{"address":"ok.tessandier@cabinet.mssante.example","rank":null}]},"address":"ok.tessandier@cabinet.mssante.example"}],"type_code":"11488-4","title":"","stay":"80001"}' AS BLOB));
INSERT INTO "letters" VALUES(6,'000000000000000a','1000:secretaire','test|hopital-fictif','2024-03-04T09:00:00.000000+00:00','2024-03-04T09:00:10.000000+00:00',NULL,'70001','lettre.pdf abricotier delormeau sandbox capucine 000123 14/07/1985 1985 07 14 tessandier fictif marc ok.tessandier@cabinet.mssante.example',CAST('{"id":"000000000000000a","created_at":"2024-03-04T09:00:00Z","documents":[{"id":"00000000000000000000000000000000","name":"lettre.pdf","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1000,"pages":1}],"patient":{"id":"70001","birth_family":"ABRICOTIER","used_family":"DELORMEAU-SANDBOX","given":["Capucine"],"sex":"female","birth_date":"1985-07-14","birth_place":null,"ipp":"000123","ins":null,"ins_qualified":true,"reliability":null,"deceased":false},"recipients":[{"correspondent":{"id":"90001","kind":"practitioner","identifier":null,"family":"Tessandier-Fictif","given":["Marc"],"prefix":"DR","name":"","places":[],"mailboxes":[{"address":"ok.tessandier@cabinet.mssante.example","rank":null}]},"address":"ok.tessandier@cabinet.mssante.example"}],"type_code":"11488-4","title":"","stay":null}' AS BLOB));
INSERT INTO "letters" VALUES(7,'000000000000000c','1000:secretaire','test|hopital-fictif','2024-03-04T09:00:00.000000+00:00',NULL,'2024-03-04T09:00:10.000000+00:00','70001','lettre.pdf abricotier delormeau sandbox capucine 000123 14/07/1985 1985 07 14 tessandier fictif marc ok.tessandier@cabinet.mssante.example',CAST('{"id":"000000000000000c","created_at":"2024-03-04T09:00:00Z","documents":[{"id":"00000000000000000000000000000000","name":"lettre.pdf","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1000,"pages":1}],"patient":{"id":"70001","birth_family":"ABRICOTIER","used_family":"DELORMEAU-SANDBOX","given":["Capucine"],"sex":"female","birth_date":"1985-07-14","birth_place":null,"ipp":"000123","ins":null,"ins_qualified":true,"reliability":null,"deceased":false},"recipients":[{"correspondent":{"id":"90001","kind":"practitioner","identifier":null,"family":"Tessandier-Fictif","given":["Marc"],"prefix":"DR","name":"","places":[],"mailboxes":[{"address":"ok.tessandier@cabinet.mssante.example","rank":null}]},"address":"ok.tessandier@cabinet.mssante.example"}],"type_code":"11488-4","title":"","stay":null}' AS BLOB));
INSERT INTO "letters" VALUES(8,'000000000000000d','1000:secretaire','test|hopital-fictif','2024-03-04T09:00:00.000000+00:00',NULL,NULL,'70001','lettre.pdf abricotier delormeau sandbox capucine 000123 14/07/1985 1985 07 14 tessandier fictif marc ok.tessandier@cabinet.mssante.example',CAST('{"stay":"' AS BLOB));
INSERT INTO "letters" VALUES(9,'000000000000000e','1001:autre','test|hopital-fictif','2024-03-04T09:00:00.000000+00:00',NULL,NULL,'70001','lettre.pdf abricotier delormeau sandbox capucine 000123 14/07/1985 1985 07 14 tessandier fictif marc ok.tessandier@cabinet.mssante.example',CAST('{"id":"000000000000000e","created_at":"2024-03-04T09:00:00Z","documents":[{"id":"00000000000000000000000000000000","name":"lettre.pdf","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1000,"pages":1}],"patient":{"id":"70001","birth_family":"ABRICOTIER","used_family":"DELORMEAU-SANDBOX","given":["Capucine"],"sex":"female","birth_date":"1985-07-14","birth_place":null,"ipp":"000123","ins":null,"ins_qualified":true,"reliability":null,"deceased":false},"recipients":[{"correspondent":{"id":"90001","kind":"practitioner","identifier":null,"family":"Tessandier-Fictif","given":["Marc"],"prefix":"DR","name":"","places":[],"mailboxes":[{"address":"ok.tessandier@cabinet.mssante.example","rank":null}]},"address":"ok.tessandier@cabinet.mssante.example"}],"type_code":"11488-4","title":"","stay":"80003"}' AS BLOB));
CREATE INDEX letters_sent ON letters (owner, seal, sent_at);
CREATE INDEX letters_patient ON letters (owner, seal, patient, sent_at);
CREATE INDEX jobs_letter ON jobs (letter);
CREATE INDEX jobs_state ON jobs (state, not_before);
CREATE INDEX journal_job ON journal (job);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('letters',9);
INSERT INTO "sqlite_sequence" VALUES('jobs',5);
INSERT INTO "sqlite_sequence" VALUES('journal',21);
COMMIT;
PRAGMA user_version = 1;
