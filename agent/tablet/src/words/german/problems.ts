import type { Catalogue } from '../words.ts';

export const problems: Catalogue['problems'] = {
  store_full:
    'Der Speicher dieses Tablets ist voll. Vom letzten Eintrag wurde nichts behalten. Platz schaffen, dann noch einmal speichern.',
  store_unavailable:
    'Der Speicher kann nicht beschrieben werden. Andere Tabs dieser App schließen oder das Tablet neu starten.',
  dns_failed: 'Der Name des Servers ist hier nicht bekannt. Verbindung prüfen.',
  port_blocked:
    'Der Server ist nicht zu erreichen: keine Verbindung, oder ein Netz, das nichts durchlässt. Es wird von selbst weiter versucht.',
  link_unreachable: 'Der Server antwortet und nimmt gerade keine Verbindung an. Es wird von selbst weiter versucht.',
  link_refused: 'Der Server weist dieses Tablet ab. Rufen Sie das Büro an.',
  link_closed: 'Die Verbindung brach ab. Sie wird von selbst wieder geöffnet.',
  renewal_unreachable:
    'Das Zertifikat dieses Tablets soll erneuert werden, und der Server ist nicht erreichbar. Es wird von selbst noch einmal versucht.',
  renewal_refused:
    'Der Server hat das Zertifikat dieses Tablets nicht erneuert. Prüfen Sie die Uhr, oder sagen Sie es dem Büro.',
  storage_lost: 'Der Browser hat den Speicher dieser App gelöscht. Das Tablet muss neu verbunden werden.',
  stored_value_lost:
    'Etwas auf diesem Tablet Gespeichertes war beschädigt. Es fehlt hier, bis es neu geholt ist; was gesendet wurde, ist im Büro sicher.',
  slot_damaged: 'Ein gespeichertes Modell ist beschädigt. Es wird von selbst neu geholt.',
  worker_ended: 'Der Motor der App ist stehen geblieben und startet neu. Gleich noch einmal speichern.',
  leader_silent: 'Der Tab, der die Arbeit macht, antwortet nicht. Andere Tabs dieser App schließen.',
  gateway_wrong: 'Das Gateway antwortete, wie kein Gateway antwortet. Sagen Sie es dem Büro.',
  closed: 'Diese Seite wurde geschlossen.',
  trial_unavailable: 'Ein neues Modell kann gerade nicht geprüft werden. Das bisherige läuft weiter.',
  browser_unfit: 'Diesem Browser fehlt etwas, das die App braucht. Bitte aktualisieren.',
  not_running: 'Die App startet noch. Gleich noch einmal versuchen.',
  already_enrolled: 'Dieses Tablet ist schon verbunden.',
  enrolment_refused: 'Der Server hat den Code abgelehnt. Er gilt einmal und nicht ewig; im Büro einen neuen holen.',
  enrolment_unreachable: 'Der Server ist nicht erreichbar. Für diesen Schritt braucht es Empfang.',
  enrolment_pending: 'Noch hat niemand dieses Tablet freigegeben. Mit demselben Code noch einmal versuchen.',
  token_invalid: 'Das ist kein Code zum Verbinden. Er beginnt mit plumbline1.',
  wrong_ca: 'Der Server ist nicht der, von dem der Code spricht. Nicht weitermachen, das Büro anrufen.',
  wrong_root: 'Der Server ist nicht der, von dem der Code spricht. Nicht weitermachen, das Büro anrufen.',
  device_retired: 'Dieses Tablet wurde aus dem Bestand genommen.',
  retiring: 'Dieses Tablet übergibt seine letzten Einträge und nimmt keine neuen an.',
  ref_conflict: 'Das ist schon mit anderem Inhalt erfasst. Schließen, nachsehen, neu erfassen.',
  entry_invalid: 'Das Protokoll nimmt diesen Eintrag nicht an. Bitte die Eingaben prüfen.',
  frame_too_large: 'Das Foto ist zu groß. Bitte ein anderes machen.',
  message_malformed: 'Das Foto ist nicht lesbar. Bitte ein anderes machen.',
  no_model: 'Auf diesem Tablet läuft noch kein Modell.',
  line_unknown: 'Das Modell, zu dem das gehört, läuft hier nicht mehr.',
  out_of_memory: 'Dem Tablet fehlt Arbeitsspeicher. Andere Apps schließen.',
  internal_error: 'In der App ist etwas schiefgegangen. Noch einmal versuchen; wenn es bleibt, im Büro melden.',
};
