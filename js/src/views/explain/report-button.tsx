/** The whole result as one file that opens without a network, into the browser's downloads. */
import { useState } from "preact/hooks";
import type { App } from "../../app";
import { Closed, KernelFault } from "../../protocol/client";
import { Button, FaultNotice } from "../../ui";

export function ReportButton({ app, jobId }: { app: App; jobId: string }) {
  const { t } = app;
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const make = async () => {
    setBusy(true);
    setFault(null);
    const chunks: string[] = [];
    const theme = document.querySelector('.nbml[data-theme="dark"]') ? "dark" : "light";
    try {
      const { name } = await app.client.ask("explain.report", { job_id: jobId, theme }, { chunks });
      await save(chunks.join(""), name);
    } catch (error) {
      if (error instanceof KernelFault) setFault(error);
      else if (!(error instanceof Closed)) throw error;
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button busy={isBusy} onClick={make} title={t("explain_room.report.hint")}>
        {t("explain_room.report")}
      </Button>
      {fault && <FaultNotice fault={fault} onDismiss={() => setFault(null)} />}
    </>
  );
}

async function save(text: string, name: string): Promise<void> {
  const bytes = Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
  const page = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const url = URL.createObjectURL(new Blob([await new Response(page).blob()], { type: "text/html" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
