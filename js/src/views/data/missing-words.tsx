/** Which words in the file mean that there is no value. */
import { useState } from "preact/hooks";
import { Button, Field, Row, Switch, TextBox } from "../../ui";
import type { ControlProps } from "./word";

export function MissingWords({ model, word, close }: ControlProps) {
  const { t } = model.app;
  const [onlyEmpty, setOnlyEmpty] = useState(word.value === "none");
  const [words, setWords] = useState(word.value === "none" ? "" : word.value.split("\n").join(", "));
  const apply = () => {
    const tokens = words
      .split(/[,、]/)
      .map(token => token.trim())
      .filter(Boolean);
    close();
    model.change("data.reread", { missing_tokens: onlyEmpty ? "none" : tokens.length ? tokens : null });
  };
  return (
    <div class="nbml-data-missing">
      <Field label={t("data_room.missing.title")} help={t("data_room.missing.help")}>
        <TextBox value={words} onChange={setWords} disabled={onlyEmpty} maxLength={2000} />
      </Field>
      <Switch checked={onlyEmpty} onChange={setOnlyEmpty}>
        {t("data_room.missing.only_empty")}
      </Switch>
      <Row end>
        <Button small kind="primary" onClick={apply}>
          {t("data_room.missing.apply")}
        </Button>
      </Row>
    </div>
  );
}
