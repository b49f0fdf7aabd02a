import { type FormEvent, useEffect, useState } from "react";
import { demoToken } from "./demo-token";
import { type Session, useAccess } from "./session";

/** What keeps the whole page from going on: a pause, or a token. It stays in sight at the bottom. */
export function Notices({ session, tokenUrl }: { session: Session; tokenUrl: string }) {
  const access = useAccess(session);
  if (access.tokenRefused) return <TokenNotice session={session} tokenUrl={tokenUrl} first={access.token === ""} />;
  if (access.waitingUntil !== null) return <PauseNotice until={access.waitingUntil} onGoOn={() => session.goOn()} />;
  return null;
}

function PauseNotice({ until, onGoOn }: { until: number; onGoOn: () => void }) {
  const left = useSecondsUntil(until);
  return (
    <aside className="notice" aria-label="A short pause">
      <p role="status">
        <strong>A short pause.</strong> The video service asked us to slow down. This page goes on by itself
        <span aria-hidden="true"> in {left} s</span>.
      </p>
      <button type="button" className="button" onClick={onGoOn}>Try now</button>
    </aside>
  );
}

function useSecondsUntil(until: number): number {
  const secondsLeft = () => Math.max(0, Math.ceil((until - Date.now()) / 1000));
  const [left, setLeft] = useState(secondsLeft);
  useEffect(() => {
    setLeft(secondsLeft());
    const timer = setInterval(() => setLeft(secondsLeft()), 250);
    return () => clearInterval(timer);
  }, [until]);
  return left;
}

function TokenNotice({ session, tokenUrl, first }: { session: Session; tokenUrl: string; first: boolean }) {
  const [typed, setTyped] = useState("");
  const [asking, setAsking] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim()) session.supply(typed.trim());
  };
  const fetchAnew = async () => {
    setAsking(true);
    const token = await demoToken(tokenUrl);
    setAsking(false);
    if (token) session.supply(token);
  };
  return (
    <aside className="notice" aria-label="Access token">
      <p role="alert">
        <strong>{first ? "A token, please." : "Your token was not accepted."}</strong>{" "}
        {first ? "The gallery shows what it may see." : "It may have expired. What you have seen stays here; a new one goes on where it stopped."}
      </p>
      <form onSubmit={submit}>
        <label htmlFor="token">Access token</label>
        <input id="token" type="password" autoComplete="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />
        <button type="submit" className="button primary" disabled={!typed.trim()}>Go on</button>
        {tokenUrl && (
          <button type="button" className="button" disabled={asking} onClick={fetchAnew}>Use the demo’s token</button>
        )}
      </form>
    </aside>
  );
}
