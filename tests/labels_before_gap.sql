-- A store of labels as feedback_nlp made it before the desk asked for the gap (98bb87b).
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE drafts (
	text_id VARCHAR NOT NULL,
	rater VARCHAR NOT NULL,
	role VARCHAR NOT NULL,
	labels JSON NOT NULL,
	at DATETIME NOT NULL,
	PRIMARY KEY (text_id, rater, role),
	FOREIGN KEY(text_id) REFERENCES texts (id)
);
INSERT INTO "drafts" VALUES('t3','anna','rater','{"evidence": 1, "suggestion": 1, "connection": null, "tone": null, "qual": null, "spans": []}','2026-11-25 04:39:41.061231');
CREATE TABLE labellings (
	id INTEGER NOT NULL,
	text_id VARCHAR NOT NULL,
	rater VARCHAR NOT NULL,
	role VARCHAR NOT NULL,
	at DATETIME NOT NULL,
	skipped BOOLEAN NOT NULL,
	evidence INTEGER,
	suggestion INTEGER,
	connection INTEGER,
	tone INTEGER,
	gap INTEGER,
	PRIMARY KEY (id),
	CONSTRAINT known_role CHECK (role IN ('rater', 'decision')),
	FOREIGN KEY(text_id) REFERENCES texts (id)
);
INSERT INTO "labellings" VALUES(1,'t1','anna','rater','2026-11-25 04:39:41.048458',0,3,1,1,0,NULL);
INSERT INTO "labellings" VALUES(2,'t1','ben','rater','2026-11-25 04:39:41.052142',0,2,1,1,0,NULL);
INSERT INTO "labellings" VALUES(3,'t2','anna','rater','2026-11-25 04:39:41.054224',0,1,0,0,2,NULL);
INSERT INTO "labellings" VALUES(4,'t2','ben','rater','2026-11-25 04:39:41.056302',0,1,0,0,2,1);
INSERT INTO "labellings" VALUES(5,'t3','ben','rater','2026-11-25 04:39:41.057931',1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "labellings" VALUES(6,'t1','chair','decision','2026-11-25 04:39:41.059336',0,3,1,1,0,NULL);
CREATE TABLE spans (
	id INTEGER NOT NULL,
	labelling_id INTEGER NOT NULL,
	start INTEGER NOT NULL,
	"end" INTEGER NOT NULL,
	label VARCHAR NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(labelling_id) REFERENCES labellings (id)
);
INSERT INTO "spans" VALUES(1,1,0,10,'situation');
INSERT INTO "spans" VALUES(2,1,11,32,'behaviour');
INSERT INTO "spans" VALUES(3,1,34,53,'next_step');
INSERT INTO "spans" VALUES(4,2,11,32,'behaviour');
INSERT INTO "spans" VALUES(5,2,34,53,'next_step');
INSERT INTO "spans" VALUES(6,3,0,16,'person_label');
INSERT INTO "spans" VALUES(7,4,0,16,'person_label');
INSERT INTO "spans" VALUES(8,6,0,10,'situation');
INSERT INTO "spans" VALUES(9,6,11,32,'behaviour');
INSERT INTO "spans" VALUES(10,6,34,53,'next_step');
CREATE TABLE texts (
	id VARCHAR NOT NULL,
	position INTEGER NOT NULL,
	content VARCHAR NOT NULL,
	domain VARCHAR NOT NULL,
	text_group VARCHAR NOT NULL,
	split VARCHAR NOT NULL,
	origin VARCHAR NOT NULL,
	added_at DATETIME NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (position)
);
INSERT INTO "texts" VALUES('t1',1,'On slide 4 the axis had no units. Next time, add them.','own','t1','train','','2026-11-25 04:39:41.042436');
INSERT INTO "texts" VALUES('t2',2,'You are careless.','work','t2','train','','2026-11-25 04:39:41.042450');
INSERT INTO "texts" VALUES('t3',3,'Good job.','own','t3','train','','2026-11-25 04:39:41.042452');
CREATE INDEX by_text ON labellings (text_id, role, rater);
CREATE INDEX ix_spans_labelling_id ON spans (labelling_id);
COMMIT;
