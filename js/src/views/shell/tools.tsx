import { useState } from "preact/hooks";
import type { RoomProps } from "../../app";
import { Button, Dialog } from "../../ui";

const OTHER = { en: "ja", ja: "en" } as const;

/** Help, and the other language. */
export function Tools({ app }: RoomProps) {
  const { store, t } = app;
  const [isOpen, setOpen] = useState(false);
  const other = OTHER[store.language.value];
  return (
    <div class="nbml-tools">
      <Button
        small
        kind="quiet"
        label={t("panel.help_title")}
        title={t("panel.help_title")}
        onClick={() => setOpen(true)}
      >
        ?
      </Button>
      <Button
        small
        kind="quiet"
        label={t("panel.other_language")}
        title={t("panel.other_language")}
        onClick={() => store.speak(other).catch(() => undefined)}
      >
        <span lang={other}>{{ en: "EN", ja: "日本語" }[other]}</span>
      </Button>
      {isOpen && <Help app={app} onClose={() => setOpen(false)} />}
    </div>
  );
}

const KEYS = ["tab", "arrows", "enter", "escape", "space"] as const;

function Help({ app, onClose }: RoomProps & { onClose: () => void }) {
  const { store, t } = app;
  const front = app.room.value;
  return (
    <Dialog
      title={t("panel.help_title")}
      onClose={onClose}
      actions={<Button onClick={onClose}>{t("panel.close")}</Button>}
    >
      {store.state.value.rooms.map(name => (
        <p key={name} class={name === front ? undefined : "nbml-quiet"}>
          <strong>{t(`panel.room.${name}`)}</strong> {t(`panel.help.${name}`)}
        </p>
      ))}
      <h3 class="nbml-section-title">{t("panel.keys")}</h3>
      <dl class="nbml-keys">
        {KEYS.map(key => (
          <div key={key}>
            <dt>
              <kbd>{t(`panel.key.${key}.name`)}</kbd>
            </dt>
            <dd>{t(`panel.key.${key}.does`)}</dd>
          </div>
        ))}
      </dl>
      <p class="nbml-quiet">{t("panel.help_code")}</p>
    </Dialog>
  );
}
