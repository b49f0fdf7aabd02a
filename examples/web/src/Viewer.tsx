import { useQuery } from "@apollo/client/react";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import { AllPicturesDocument, type PictureFragment, type TaskFragment } from "./operations";
import { problemOf } from "./problem";
import { mayAsk, type Session, useAccess } from "./session";
import { format, grouped, howTaken, nameOf, timecode } from "./words";

/** Pictures asked for at a time: one upstream call gives up to 100. */
const AT_A_TIME = 48;

interface Props {
  task: TaskFragment;
  taskId: string;
  session: Session;
  onClose: () => void;
}

/** All pictures of a task, large, one at a time. */
export function Viewer({ task, taskId, session, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [index, setIndex] = useState(0);
  const { pictures, total, failed, again, near } = useAllPictures(taskId, session);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => near(index), [near, index]);

  const go = (to: number) => setIndex(Math.min(pictures.length - 1, Math.max(0, to)));
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: pictures.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  };
  // The dialog itself is only hit beside its content: on the backdrop.
  const onClick = (event: MouseEvent) => event.target === dialog.current && dialog.current.close();
  const picture = pictures[index];

  return (
    <dialog ref={dialog} className="viewer" aria-labelledby="viewer-title" onClose={onClose} onKeyDown={onKeyDown} onClick={onClick}>
      <div className="viewer-body">
        <div className="viewer-head">
          <h2 id="viewer-title">Task {nameOf(task)}</h2>
          <p>{[howTaken(task), format(task)].filter(Boolean).join(" · ")}</p>
          <button type="button" className="button icon" aria-label="Close" onClick={() => dialog.current?.close()}>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13" /></svg>
          </button>
        </div>
        <div className="stage">
          {picture && <img key={picture.url} src={picture.url} alt={`The video at ${timecode(picture.offsetSeconds)}`} />}
          {!picture && failed && (
            <div className="remark" role="alert">
              <p>{failed.text}</p>
              <button type="button" className="button small" onClick={again}>Try again</button>
            </div>
          )}
          {!picture && !failed && <div className="waiting" />}
          <Step label="Previous picture" path="M10 3L5 8l5 5" disabled={index <= 0} onClick={() => go(index - 1)} />
          <Step label="Next picture" path="M6 3l5 5-5 5" disabled={index >= pictures.length - 1} onClick={() => go(index + 1)} />
        </div>
        <p className="where" role="status">
          {picture && `${timecode(picture.offsetSeconds)} · ${grouped(index + 1)} of ${grouped(total ?? pictures.length)}`}
        </p>
        <Strip pictures={pictures} index={index} onPick={go} />
      </div>
    </dialog>
  );
}

/** The task's pictures as far as they are read; more are read when `near` is told of an index close to the end. */
function useAllPictures(taskId: string, session: Session) {
  const access = useAccess(session);
  const { data, error, loading, fetchMore, refetch } = useQuery(AllPicturesDocument, {
    variables: { taskId, first: AT_A_TIME },
    errorPolicy: "all",
    notifyOnNetworkStatusChange: true,
  });
  const list = data?.thumbnailTask?.snapshots;
  const pictures = list?.edges.flatMap(({ node }) => (node ? [node] : [])) ?? [];
  const retry = useRef(() => {});
  retry.current = error && !list && !loading ? () => void refetch() : () => {};
  useEffect(() => retry.current(), [access.round]);

  return {
    pictures,
    total: list?.totalCount ?? null,
    failed: error && !list ? problemOf(error) : null,
    again: () => void refetch(),
    near: (index: number) => {
      const { hasNextPage, endCursor } = list?.pageInfo ?? {};
      if (!loading && hasNextPage && mayAsk(access) && index > pictures.length - 12) {
        void fetchMore({ variables: { after: endCursor } }).catch(() => {}); // the pictures that are there stay
      }
    },
  };
}

/** At either end it is dimmed and not disabled: a disabled button would lose the keyboard's focus. */
function Step({ label, path, disabled, onClick }: { label: string; path: string; disabled: boolean; onClick: () => void }) {
  return (
    <button type="button" className="step" aria-label={label} aria-disabled={disabled} onClick={onClick}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={path} /></svg>
    </button>
  );
}

function Strip({ pictures, index, onPick }: { pictures: PictureFragment[]; index: number; onPick: (index: number) => void }) {
  const current = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    current.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [index, pictures.length]);
  return (
    <ol className="strip" aria-label="All pictures">
      {pictures.map(({ url, offsetSeconds }, place) => (
        <li key={place}>
          <button
            type="button"
            ref={place === index ? current : null}
            aria-current={place === index}
            aria-label={timecode(offsetSeconds)}
            tabIndex={place === index ? 0 : -1}
            onClick={() => onPick(place)}
          >
            <img src={url} alt="" loading="lazy" decoding="async" />
          </button>
        </li>
      ))}
    </ol>
  );
}
