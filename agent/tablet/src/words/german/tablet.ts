import type { Catalogue } from '../words.ts';

export const tablet: Catalogue['tablet'] = ({ plural, bytes, date, moment }) => ({
  sync: {
    connected: 'Verbunden',
    offline: 'Keine Verbindung',
    since: (at, now) => `seit ${moment(at, now)}`,
    allSent: 'Alles ist gesendet.',
    waiting: (entries, photos, at, now) => {
      const what = [
        ...(entries > 0 ? [`${entries} ${plural(entries) === 'one' ? 'Eintrag' : 'Einträge'}`] : []),
        ...(photos > 0 ? [`${photos} ${plural(photos) === 'one' ? 'Foto' : 'Fotos'}`] : []),
      ].join(' und ');
      const verb = entries + photos === 1 ? 'wartet' : 'warten';
      return `${what} ${verb}${at === undefined ? '' : ` seit ${moment(at, now)}`}; nichts ist verloren.`;
    },
    goOn: 'Sie können weiterarbeiten.',
    starting: 'Startet.',
    asOf: (at, now) => `Stand ${moment(at, now)}`,
    failed: 'Der Motor der App ist stehen geblieben und startet neu. Was Sie erfasst haben, ist sicher.',
    following: 'Ein anderer Tab dieser App macht die Arbeit.',
  },
  waiting: {
    title: 'Die App ist noch nicht da',
    failed: 'Die App ist nicht gestartet. Es wird von selbst noch einmal versucht.',
    reasons: {
      engine: 'Ihr Motor wird noch geladen.',
      turn: 'Ein anderer Tab dieser App muss erst enden oder antworten. Die anderen Tabs schließen.',
      storage: 'Der Browser hat seinen Speicher noch nicht geöffnet. Was Sie erfasst haben, liegt darin.',
      model: 'Die Modelle werden noch geladen.',
    },
  },
  enrol: {
    title: 'Dieses Tablet verbinden',
    lead: 'Sie brauchen einen Code aus dem Büro. Er gilt einmal.',
    scan: 'QR-Code scannen',
    stop: 'Nicht mehr scannen',
    aim: 'Den Code in den Rahmen halten.',
    pick: 'Code fotografieren',
    type: 'Oder den Code einfügen',
    code: 'Code',
    connect: 'Verbinden',
    connecting: 'Verbindet …',
    unreadable: 'Das ist kein Code zum Verbinden. Er beginnt mit plumbline1.',
    noCode: 'Auf diesem Foto ist kein Code zu finden. Noch einmal, näher und gerade.',
    cameraRefused:
      'Die Kamera wurde verweigert. In den Einstellungen des Browsers erlauben, den Code fotografieren oder einfügen.',
    pending: 'Warten auf das Büro',
    pendingExplain: 'Dort vergleicht jemand diesen Fingerabdruck und gibt das Tablet frei. Diese Seite offen lassen.',
    lost: 'Dieses Tablet war schon verbunden, aber der Browser hat seinen Speicher gelöscht. Mit einem neuen Code wieder verbinden. Was schon gesendet war, ist sicher.',
    retired: 'Dieses Tablet wurde aus dem Bestand genommen. Um es wieder zu nutzen, mit einem neuen Code verbinden.',
    cannot: 'Dieser Browser kann die App nicht ausführen',
    missing: {
      no_simd: 'Er ist zu alt für Modelle (kein WebAssembly SIMD). System oder Browser aktualisieren.',
      no_indexeddb: 'Er speichert nichts. Den privaten Modus verlassen oder Speicher für diese Seite erlauben.',
      no_locks: 'Er kann zwei Tabs nicht auseinanderhalten. Browser aktualisieren.',
      no_device_key: 'Er kann keinen eigenen Schlüssel halten. Browser aktualisieren.',
      not_secure: 'Die Seite wurde nicht über https geöffnet. Die Adresse aus dem Büro verwenden.',
    },
    missingOther: (code) => `Etwas, das sie braucht, fehlt: ${code}`,
  },
  unsent: {
    title: 'Noch nicht gesendet',
    oldest: 'Ältester Eintrag seit',
    explain: 'Bleibt auf diesem Tablet, bis der Server jeden einzelnen bestätigt.',
    export: 'Als Datei sichern',
    exported: 'Gesichert. Das Tablet behält sie, bis der Server sie hat.',
    fileName: 'nicht-gesendet',
  },
  device: {
    title: 'Tablet',
    site: 'Baustelle',
    name: 'Name',
    server: 'Server',
    lastContact: 'Letzter Kontakt',
    never: 'nicht seit dem Start',
    person: 'Sie sind',
    change: 'Ändern',
    language: 'Sprache',
    refresh: 'Jetzt nach Neuem sehen',
    build: 'Stand dieser App',
    agent: 'Agent',
    unknownBuild: 'keine gebaute App',
    source: 'Modelle kommen von',
    fromServer: 'dem Server',
    fromGateway: (url) => `dem Gateway ${url}`,
  },
  nearby: {
    no_gateway: 'Das Büro hat für diese Baustelle kein Gateway genannt.',
    unreachable:
      'Das Gateway dieser Baustelle ist nicht erreichbar, oder dieser Browser vertraut seinem Zertifikat nicht.',
    not_allowed:
      'Der Browser lässt diese App nicht ins lokale Netz. Erlauben Sie in seinen Einstellungen für diese Seite den „Zugriff auf das lokale Netzwerk“.',
    silent: 'Das Gateway dieser Baustelle hat nicht geantwortet.',
    refused:
      'Das Gateway dieser Baustelle hat dieses Tablet abgewiesen. Prüfen Sie die Uhr, oder sagen Sie es dem Büro.',
    not_there: 'Das Gateway dieser Baustelle hat dieses Modell nicht.',
    broke_off: 'Die Verbindung zum Gateway brach ab.',
    other_bytes:
      'Das Gateway schickte etwas anderes, als unterschrieben ist. Es wurde nicht verwendet; sagen Sie es dem Büro.',
    never_came: 'Das Gateway hat das Modell nicht rechtzeitig geholt.',
  },
  storage: {
    title: 'Speicher',
    kept: 'Der Browser hat versprochen, alles zu behalten.',
    notKept:
      'Der Browser hat nicht versprochen, das Gespeicherte zu behalten. Wird der Platz knapp, kann er es löschen.',
    unknown: 'Noch hat niemand den Browser gebeten, das Gespeicherte zu behalten.',
    ask: 'Ihn bitten, alles zu behalten',
    refused: 'Er hat abgelehnt. Die App auf den Startbildschirm legen und noch einmal bitten.',
    used: (used, quota) => `${bytes(used)} von ${bytes(quota)} belegt`,
    full: 'Der Speicher ist fast voll. Auf diesem Tablet Platz schaffen.',
  },
  install: {
    title: 'Auf den Startbildschirm legen',
    needed: 'Dieses Gerät bewahrt Einträge nur für Apps auf dem Startbildschirm sicher auf.',
    how: 'Auf Teilen tippen, dann „Zum Home-Bildschirm“, und die App von dort öffnen.',
    button: 'Installieren',
    wanted: 'Dann startet sie ohne Browser und ohne Empfang.',
  },
  update: {
    ready: 'Eine neue Version der App ist da.',
    take: 'Damit neu starten',
    failed: 'Eine neue Version kam nicht ganz an. Die alte läuft weiter.',
  },
  trouble: {
    title: 'Was zuletzt nicht ging',
    clock:
      'Die Uhr dieses Tablets geht wohl falsch. Datum und Uhrzeit auf automatisch stellen; Einträge tragen diese Zeit.',
    stale: (at) =>
      `Seit einer Weile ließ sich nicht prüfen, ob ein neueres Modell gilt${at === undefined ? '' : ` (letzter Kontakt ${date(at)})`}. Die Vorhersagen laufen mit dem geprüften weiter.`,
    unknown: (code) => `Etwas ging schief: ${code}`,
    at: (at, now) => moment(at, now),
  },
});
