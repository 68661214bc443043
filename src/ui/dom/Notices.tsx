import { tMaybe } from '#i18n/t.ts';
import { useJobs } from '#scene/viewerContext.ts';

/** Short notices, five seconds each; never the only place where something stands. */
export function Notices() {
  const notices = useJobs((state) => state.notices);
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map(({ id, text, about }) => (
        <p key={id} className="notice">
          {tMaybe(text, { about })}
        </p>
      ))}
    </div>
  );
}
