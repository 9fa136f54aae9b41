/** What was asked, as code: a call to paste, and a file for the command line. Asked for when it is unfolded. */
import { useState } from "preact/hooks";
import type { App } from "../app";
import type { Body } from "../protocol/client";
import { Code, Disclosure, FaultNotice, Tabs } from "../ui";
import { useAsk } from "./use-ask";

type Kind = "call" | "yaml";

export interface CallAndFileProps<K extends "train.code" | "optimize.code"> {
  app: App;
  kind: K;
  body: Body<K>;
  words: { title: string } & Record<Kind, string>;
}

export function CallAndFile<K extends "train.code" | "optimize.code">(props: CallAndFileProps<K>) {
  const { app, kind, body, words } = props;
  const [isOpen, setOpen] = useState(false);
  const [tab, setTab] = useState<Kind>("call");
  const { value: code, fault } = useAsk(app, kind, isOpen ? body : null);
  return (
    <Disclosure summary={words.title} onToggle={setOpen}>
      {fault && <FaultNotice fault={fault} />}
      {code && !fault && (
        <Tabs
          label={words.title}
          tabs={(["call", "yaml"] as const).map(id => ({ id, label: words[id] }))}
          value={tab}
          onChange={setTab}
        >
          <Code text={code[tab]} label={words[tab]} />
          {"note" in code && code.note && <p class="nbml-quiet">{code.note}</p>}
        </Tabs>
      )}
    </Disclosure>
  );
}
